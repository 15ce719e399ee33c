import type { Reservation } from "./block.ts";

interface Wait {
  readonly left: Set<Reservation>;
  readonly end: () => void;
}

/**
 * Entries under way that may share a sector with others. A checkpoint waits for them: a sector that it holds must not be written
 * again, or a power cut could damage what it promised.
 */
export class LooseWrites {
  readonly #underWay = new Set<Reservation>();
  readonly #waits = new Set<Wait>();

  add(reservation: Reservation): void {
    this.#underWay.add(reservation);
  }

  /** The entry is written, or never will be. */
  delete(reservation: Reservation): void {
    this.#underWay.delete(reservation);
    for (const wait of this.#waits) {
      wait.left.delete(reservation);
      if (wait.left.size > 0) continue;
      this.#waits.delete(wait);
      wait.end();
    }
  }

  /** Resolves when all that are under way now have ended. */
  async settled(): Promise<void> {
    if (this.#underWay.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waits.add({ left: new Set(this.#underWay), end: resolve });
    await promise;
  }
}
