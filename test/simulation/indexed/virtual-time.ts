interface Event {
  readonly atMs: number;
  readonly name: string;
  readonly run: () => unknown;
}

/** Lets every promise go on that can. Resolves once all wait for an event to come. */
export type Settle = () => Promise<unknown>;

export interface VirtualTimeOptions {
  readonly settle: Settle;
  /** Is told each event as it happens. */
  readonly trace: (line: string) => void;
  /** Called after each event: throws where something is not as it must be. */
  readonly check: () => void;
}

/** The true time, which passes only from one event to the next; what happens, happens one after the other. */
export class VirtualTime {
  readonly #options: VirtualTimeOptions;
  /** The next one is last. */
  readonly #events: Event[] = [];
  readonly #startedMs = Date.UTC(2026, 0, 1);
  #nowMs = this.#startedMs;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: VirtualTimeOptions) {
    this.#options = options;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Plans an event; those of one moment happen in the order in which they were planned. */
  after(delayMs: number, name: string, run: () => unknown): void {
    const atMs = this.#nowMs + delayMs;
    const before = this.#events.findIndex((event) => event.atMs <= atMs);
    this.#events.splice(before === -1 ? this.#events.length : before, 0, { atMs, name, run });
  }

  /** Ends whatever runs the events. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** What is planned until then happens. Without an end, until nothing is planned any more. */
  async run(untilMs = Infinity): Promise<void> {
    await this.#settle();
    for (;;) {
      const next = this.#events.at(-1);
      if (next === undefined || next.atMs > untilMs) break;
      this.#events.pop();
      this.#nowMs = next.atMs;
      this.note(next.name);
      await next.run();
      await this.#settle();
    }
    if (untilMs !== Infinity) this.#nowMs = untilMs;
  }

  note(what: string): void {
    this.#options.trace(`${this.#nowMs - this.#startedMs} ${what}`);
  }

  async #settle(): Promise<void> {
    await this.#options.settle();
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#options.check();
  }
}
