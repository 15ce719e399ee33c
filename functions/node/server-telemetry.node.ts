import { threadId } from "node:worker_threads";
import { systemClock } from "../../shared/clock.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import type { Log } from "../../shared/telemetry/log.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { type Metric, metricOf } from "../../shared/telemetry/metric.ts";
import { Statistics } from "../../shared/telemetry/statistics/statistics.ts";
import { traceLimits } from "../../shared/trace-limits.ts";
import { requestLog } from "../telemetry/request-log.ts";
import { requestMetrics } from "../telemetry/request-metrics.ts";
import { requestStatistics } from "../telemetry/request-statistics.ts";
import { RequestTraces } from "../telemetry/request-traces.ts";
import { RequestWatch } from "../telemetry/request-watch.ts";
import type { Troubles } from "../telemetry/troubles.ts";
import type { ServeOptions } from "./options/options.node.ts";
import { ThreadMetrics } from "./threads/thread-metrics.node.ts";
import { packageVersion } from "./version.node.ts";

type TelemetryOptions = Pick<ServeOptions, "statsHeaders" | "traces">;

/** Where it tells of requests, and of trouble. */
interface ServerLog {
  readonly log: Log;
  readonly troubles: Troubles;
}

/** What one thread that serves tells of itself. */
export class ServerTelemetry implements AsyncDisposable {
  readonly watch: RequestWatch;
  readonly statistics: Statistics;
  readonly #meter = new Meter();
  readonly #thread = new ThreadMetrics();
  readonly #traces: RequestTraces | undefined;

  private constructor(
    { statsHeaders, traces }: TelemetryOptions,
    version: string,
    { log, troubles }: ServerLog,
  ) {
    this.statistics = new Statistics(systemClock, statsHeaders);
    // They are 0 where nothing is traced.
    for (const each of [instruments.spansExported, instruments.spansDropped]) {
      this.#meter.counter(each);
    }
    this.#traces =
      traces &&
      new RequestTraces(traces, {
        resource: {
          "service.version": version,
          "process.pid": process.pid,
          "thread.id": threadId,
        },
        meter: this.#meter,
        log,
        everyMs: traceLimits.exportEveryMs,
      });
    const listeners = [
      requestMetrics(this.#meter),
      requestStatistics(this.statistics),
      requestLog(log, troubles),
    ];
    this.watch =
      this.#traces === undefined
        ? new RequestWatch(listeners)
        : new RequestWatch([...listeners, this.#traces.ended], this.#traces.begin);
  }

  static async open(options: TelemetryOptions, log: ServerLog): Promise<ServerTelemetry> {
    return new ServerTelemetry(options, await packageVersion(), log);
  }

  metrics(): readonly Metric[] {
    return [
      ...this.#meter.read(),
      metricOf(instruments.requestsInFlight, {}, this.watch.inFlight),
      ...this.#thread.read(),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#thread[Symbol.dispose]();
    await this.#traces?.[Symbol.asyncDispose]();
  }
}
