import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { Lookup, SeenRequest } from "../../shared/telemetry/statistics/seen-request.ts";

/** A request of nobody in particular, which found an action result. */
export function seen({
  instance = "main",
  headers = {},
  ...more
}: Partial<SeenRequest> & {
  readonly instance?: string;
  readonly headers?: Readonly<Record<string, string>>;
} = {}): SeenRequest {
  return {
    instanceName: parseInstanceName(instance),
    principal: "somebody",
    lookup: actionLookup(1, 0),
    hasFailed: false,
    header: (name) => headers[name],
    ...more,
  };
}

export function actionLookup(hits: number, misses: number): Lookup {
  return { store: "ac", verb: "get", hits, misses, bytes: 100 * hits };
}
