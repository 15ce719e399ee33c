import { randomUUID } from "node:crypto";
import type { Log } from "../../shared/telemetry/log.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { SpanExporter } from "../../shared/telemetry/tracing/span-exporter.ts";
import { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { traceLimits } from "../../shared/trace-limits.ts";
import { requestSpans } from "../telemetry/request-spans.ts";
import type { BeginSpan, RequestListener } from "../telemetry/request-watch.ts";
import type { TraceSettings } from "../telemetry/trace-settings.ts";

/** The traces of one instance of the function. */
export interface InstanceTraces {
  readonly begin: BeginSpan;
  readonly ended: RequestListener;
  /** Sends what waits: an instance may be stopped between two invocations. */
  readonly flush: () => Promise<void>;
}

export function instanceTraces(
  settings: TraceSettings,
  functionName: string,
  log: Log,
): InstanceTraces {
  const exporter = new SpanExporter({
    collector: settings.collector,
    resource: {
      "service.instance.id": randomUUID(),
      "cloud.provider": "aws",
      "cloud.platform": "aws_lambda",
      "faas.name": functionName,
      ...settings.resource,
    },
    // CloudWatch is told of no spans.
    meter: new Meter(),
    warn: (text) => log.say("warn", text),
    fetch: globalThis.fetch,
  });
  return {
    ...requestSpans(new Tracer(settings.sampling, exporter.add)),
    flush: async () => await exporter.flush(traceLimits.flushMs),
  };
}
