import { systemClock } from "../../../shared/clock.ts";
import { limits } from "../../../shared/limits.ts";
import { type Sweeper, shardsAt } from "../../../shared/stores/indexed/sweeper.ts";
import { instruments } from "../../../shared/telemetry/instruments.ts";
import type { Log } from "../../../shared/telemetry/log.ts";
import type { Meter } from "../../../shared/telemetry/meter.ts";
import { troubleFields } from "../../telemetry/error-fields.ts";
import { timedSweep } from "../../telemetry/timed-sweep.ts";

/** The most that passes between a server's start and its first sweep. */
const FIRST_SWEEP_MS = 60 * 60 * 1000;

/** Sweeps an indexed store from time to time. Servers that share one may all do so. */
export class SweepTimer {
  readonly #sweeper: Sweeper;
  readonly #meter: Meter;
  readonly #log: Log;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(sweeper: Sweeper, meter: Meter, log: Log) {
    this.#sweeper = sweeper;
    this.#meter = meter;
    // So that who watches sees that there was none yet.
    meter.histogram(instruments.sweepSeconds, "OK");
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
      const bounds = { maxRows: Infinity, shards };
      const sweep = () => this.#sweeper.sweep(bounds, this.#stopped.signal);
      await timedSweep(sweep, this.#meter);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#log.say(
        "warn",
        "a sweep failed, and the next one goes on with it",
        troubleFields(error),
      );
    }
    if (!this.#stopped.signal.aborted) this.#after(limits.lambdaSweepEveryMs);
  }
}
