import type { Random } from "../../support/random.ts";

export interface PromisesOptions {
  /** For how long a promise is held to: less than the lease, for answers take time. */
  readonly heldMs: number;
  /** How much is remembered together; what was promised first is forgotten first. */
  readonly mostBytes: number;
  now(): number;
}

interface Held<T> {
  readonly item: T;
  readonly bytes: number;
  readonly untilMs: number;
}

/** What the server has promised to keep, and may be asked for. */
export class Promises<T> {
  /** In the order in which the promises end. */
  readonly #held = new Map<string, Held<T>>();
  readonly #options: PromisesOptions;
  #bytes = 0;

  constructor(options: PromisesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Notes a promise that was given at `sinceMs` or later. */
  given(key: string, { item, bytes }: Pick<Held<T>, "item" | "bytes">, sinceMs: number): void {
    this.forget(key);
    this.#held.set(key, { item, bytes, untilMs: sinceMs + this.#options.heldMs });
    this.#bytes += bytes;
    for (const first of this.#held.keys()) {
      if (this.#bytes <= this.#options.mostBytes) break;
      this.forget(first);
    }
  }

  /** Up to `count` things that must be there now. */
  pick(random: Random, count: number): readonly T[] {
    this.#forgetOld();
    const held = [...this.#held.values()];
    if (held.length === 0) return [];
    const picked = new Set(Array.from({ length: count }, () => random.pick(held)));
    return [...picked].map(({ item }) => item);
  }

  forget(key: string): void {
    this.#bytes -= this.#held.get(key)?.bytes ?? 0;
    this.#held.delete(key);
  }

  #forgetOld(): void {
    const nowMs = this.#options.now();
    for (const [key, { untilMs }] of this.#held) {
      if (untilMs >= nowMs) return;
      this.forget(key);
    }
  }
}
