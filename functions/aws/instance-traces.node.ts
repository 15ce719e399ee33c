import type { Log } from "../../shared/telemetry/log.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { RequestTraces } from "../telemetry/request-traces.ts";
import type { Settings } from "./settings.node.ts";

/** The traces of one instance of the function, where a deployment wants them. They wait for `flush`: it may be stopped between two invocations. */
export function instanceTraces(
  { traces, functionName }: Pick<Settings, "traces" | "functionName">,
  log: Log,
): RequestTraces | undefined {
  if (traces === undefined) return undefined;
  return new RequestTraces(traces, {
    resource: {
      "cloud.provider": "aws",
      "cloud.platform": "aws_lambda",
      "faas.name": functionName,
    },
    // CloudWatch is told of no spans.
    meter: new Meter(),
    log,
  });
}
