import { systemClock } from "../../shared/clock.ts";
import { MetricsOutlet } from "../telemetry/metrics-outlet.ts";
import { dataPointOf } from "./data-points.ts";

/** A request that has been answered may go on for 30 s. */
const TELL_EVERY_MS = 25_000;

/** An invocation may write 250 points, and may tell twice: at the end of its request, and for those that went before. */
const MOST_POINTS = 120;

/** What an isolate has counted, told to Analytics Engine where a deployment has a dataset for it. */
export class IsolateMetrics {
  readonly outlet: MetricsOutlet;
  readonly #dataset: AnalyticsEngineDataset | undefined;
  #attendedMs = 0;

  constructor(dataset: AnalyticsEngineDataset | undefined) {
    this.#dataset = dataset;
    this.outlet = new MetricsOutlet(
      dataset && {
        clock: systemClock,
        everyMs: TELL_EVERY_MS,
        most: MOST_POINTS,
        tell: (metrics) => {
          for (const metric of metrics) dataset.writeDataPoint(dataPointOf(metric));
        },
      },
    );
  }

  /**
   * Has one request in a while stay until it is time to tell, for none may follow. Where the runtime ends it before, another one does:
   * nobody waits for it.
   */
  attend(context: Pick<ExecutionContext, "waitUntil">): void {
    const nowMs = systemClock.now();
    if (this.#dataset === undefined || nowMs - this.#attendedMs < TELL_EVERY_MS) return;
    this.#attendedMs = nowMs;
    context.waitUntil(scheduler.wait(TELL_EVERY_MS).then(() => this.outlet.tell()));
  }
}
