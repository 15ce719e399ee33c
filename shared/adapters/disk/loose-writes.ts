import type { Reservation } from "./block.ts";

/**
 * Entries under way that may share a sector with others. A checkpoint waits for them: a sector that it holds must not be written
 * again, or a power cut could damage what it promised.
 */
export class LooseWrites {
  readonly #underWay = new Map<Reservation, PromiseWithResolvers<void>>();

  add(reservation: Reservation): void {
    this.#underWay.set(reservation, Promise.withResolvers<void>());
  }

  /** The entry is written, or never will be. */
  delete(reservation: Reservation): void {
    this.#underWay.get(reservation)?.resolve();
    this.#underWay.delete(reservation);
  }

  /** Resolves when all that are under way now have ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(async ({ promise }) => await promise));
  }
}
