import { instruments } from "../../telemetry/instruments.ts";
import { Meter } from "../../telemetry/meter.ts";
import type { CounterSeries } from "../../telemetry/series.ts";

/** What sweeps have removed, counted as they go: one that breaks off has removed it all the same. */
export class SweepCounts {
  /** Rows that nobody has used for long. */
  readonly unused: CounterSeries;
  /** Rows that a quota had no room for. */
  readonly quota: CounterSeries;
  /** The objects of either. */
  readonly objects: CounterSeries;
  readonly orphans: CounterSeries;

  constructor(meter: Meter = new Meter()) {
    this.unused = meter.counter(instruments.swept, "unused");
    this.quota = meter.counter(instruments.swept, "quota");
    this.objects = meter.counter(instruments.swept, "object");
    this.orphans = meter.counter(instruments.swept, "orphan");
  }
}
