import type { Clock } from "../../shared/clock.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import type { Metric } from "../../shared/telemetry/metric.ts";
import { requestMetrics } from "./request-metrics.ts";
import type { RequestListener } from "./request-watch.ts";

export interface OutletOptions {
  readonly clock: Clock;
  /** How old the oldest count may become before all are told. */
  readonly everyMs: number;
  /** The most that are told at once. */
  readonly most: number;
  readonly tell: (metrics: readonly Metric[]) => void;
}

/**
 * Tells a platform what an instance of a function has counted: not with each request, because what is told is billed. Requests alone
 * bring the time on which it looks, so that what was counted after the last one may be lost.
 */
export class MetricsOutlet {
  readonly meter: Meter = new Meter();
  /** For its requests. */
  readonly listeners: readonly RequestListener[];
  readonly #options: OutletOptions | undefined;
  /** What was taken, and is still to be told. */
  #taken: readonly Metric[] = [];
  #oldestMs: number | undefined;

  /** Without options, nobody wants to know, and nothing is told. */
  constructor(options: OutletOptions | undefined) {
    this.#options = options;
    this.listeners =
      options === undefined ? [] : [requestMetrics(this.meter), () => this.#counted(options)];
  }

  /** Tells what there is, or as much of it as may be told at once. */
  tell(): void {
    if (this.#options === undefined) return;
    if (this.#taken.length === 0) {
      this.#taken = this.meter.take();
      this.#oldestMs = undefined;
    }
    const { most, tell } = this.#options;
    tell(this.#taken.slice(0, most));
    this.#taken = this.#taken.slice(most);
  }

  #counted({ clock, everyMs }: OutletOptions): void {
    const nowMs = clock.now();
    this.#oldestMs ??= nowMs;
    if (nowMs - this.#oldestMs >= everyMs || this.#taken.length > 0) this.tell();
  }
}
