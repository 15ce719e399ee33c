import { instruments } from "../../telemetry/instruments.ts";
import { Meter } from "../../telemetry/meter.ts";
import type { CounterSeries } from "../../telemetry/series.ts";

/** How many leases look-ups have made longer, by whether the rows stand alone. */
export class LeaseCounts {
  readonly alone: CounterSeries;
  readonly relying: CounterSeries;

  constructor(meter: Meter = new Meter()) {
    this.alone = meter.counter(instruments.leasesRenewed, "alone");
    this.relying = meter.counter(instruments.leasesRenewed, "relying");
  }

  /** Counts one. */
  renewed({ standsAlone }: { readonly standsAlone: boolean }): void {
    (standsAlone ? this.alone : this.relying).count += 1;
  }
}
