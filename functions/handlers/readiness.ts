import type { StoreHealth } from "./store-health.ts";

/** Whether the server takes work: until it begins to shut down, and while its stores answer. */
export class Readiness {
  readonly #stopping = new AbortController();
  readonly #stores: StoreHealth | undefined;

  /** Without stores, nobody asks whether they answer. */
  constructor(stores?: StoreHealth) {
    this.#stores = stores;
  }

  /** Aborts when the server begins to shut down. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Why it takes no work, in a line for each reason, which everybody may read; none where it does. */
  async reasons(): Promise<readonly string[]> {
    const troubles = this.#isStopping ? [] : ((await this.#stores?.troubles()) ?? []);
    // It may have begun to while they were asked.
    if (this.#isStopping) return ["the server is stopping"];
    return troubles.map(({ store, error }) => `${store}: ${error}`);
  }
}
