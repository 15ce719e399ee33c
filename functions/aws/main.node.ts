import { systemClock } from "../../shared/clock.ts";
import { StoreHealth } from "../handlers/store-health.ts";
import { functionLog } from "../telemetry/function-log.ts";
import { RequestWatch } from "../telemetry/request-watch.ts";
import { tracedStores } from "../telemetry/traced-stores.ts";
import { compose } from "./compose.node.ts";
import type { FunctionUrlEvent } from "./function-url-event.node.ts";
import { instanceMetrics } from "./instance-metrics.node.ts";
import { instanceTraces } from "./instance-traces.node.ts";
import type { AwsLambda, StreamingHandler } from "./lambda-runtime.node.ts";
import { openStores } from "./open-stores.node.ts";
import { serveEvents } from "./serve-event.node.ts";
import { readSettings } from "./settings.node.ts";
import { writeEntry } from "./write-entry.node.ts";

declare const awslambda: AwsLambda;

// Once for all requests that an instance will serve: connections outlive them.
const settings = readSettings(process.env);
const { digestFunctions } = settings;
// AWS bills what is logged by its volume, more than what most requests themselves cost.
const { log, troubles, listener } = functionLog(settings.logLevel ?? "warn", writeEntry);
const { report } = troubles;
const metrics = instanceMetrics(settings);
const traces = instanceTraces(settings, log);
const { probes, ...stores } = openStores(settings, metrics.meter);
const counted = [...metrics.listeners, listener];
const listeners = traces === undefined ? counted : [...counted, traces.ended];
const routes = compose({
  ...stores,
  ...tracedStores(stores, settings.traces),
  storeHealth: new StoreHealth({ probes, clock: systemClock, report }),
  policy: settings.policy,
  digestFunctions,
  report,
  watch: new RequestWatch(listeners, traces?.begin),
});

/** What a function URL invokes. */
export const handler: StreamingHandler<FunctionUrlEvent> = awslambda.streamifyResponse(
  serveEvents(routes, awslambda, async () => await traces?.flush()),
);
