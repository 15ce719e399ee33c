import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { threadId } from "node:worker_threads";
import { instruments } from "../../../shared/telemetry/instruments.ts";
import { type Metric, metricOf } from "../../../shared/telemetry/metric.ts";

const NANOSECONDS = 1e9;

/**
 * How often the delay of the event loop is looked at; every look takes so long even where nothing delays it. Each wakes a server that has
 * nothing else to do: 50 in a second took more of the processor than all the rest.
 */
const LOOK_MS = 100;

/** What the thread that makes it takes, whatever runs in it. */
export class ThreadMetrics implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: LOOK_MS });

  constructor() {
    this.#delay.enable();
  }

  read(): readonly Metric[] {
    const thread = String(threadId);
    const delaySeconds = Math.max(0, this.#delay.percentile(99) / NANOSECONDS - LOOK_MS / 1000);
    this.#delay.reset();
    return [
      metricOf(instruments.heapBytes, { thread }, getHeapStatistics().used_heap_size),
      metricOf(instruments.eventLoopDelaySeconds, { thread }, delaySeconds),
    ];
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}
