import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { type Sweeper, shardsAt } from "../../shared/stores/indexed/sweeper.ts";

/** The most that passes between a server's start and its first sweep. */
const FIRST_SWEEP_MS = 60 * 60 * 1000;

/** Sweeps an indexed store from time to time. Servers that share one may all do so. */
export class SweepTimer {
  readonly #sweeper: Sweeper;
  readonly #log: (line: string) => void;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(sweeper: Sweeper, log: (line: string) => void) {
    this.#sweeper = sweeper;
    this.#log = log;
  }

  /** The first sweep comes soon, for servers may not live long, and when chance decides, for some are started together. */
  start(): void {
    this.#after(Math.random() * FIRST_SWEEP_MS);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error("the server is stopping"));
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  #after(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#underWay = this.#sweep();
    }, ms);
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    try {
      const { lambdaSweepEveryMs, orphanCycleMs } = limits;
      const shards = shardsAt(systemClock.now(), lambdaSweepEveryMs, orphanCycleMs);
      await this.#sweeper.sweep({ maxRows: Infinity, shards }, this.#stopped.signal);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log(`a sweep failed, and the next one goes on with it: ${reason}`);
    }
    if (!this.#stopped.signal.aborted) this.#after(limits.lambdaSweepEveryMs);
  }
}
