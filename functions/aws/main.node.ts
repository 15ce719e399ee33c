import { compose } from "./compose.node.ts";
import type { FunctionUrlEvent } from "./function-url-event.node.ts";
import type { AwsLambda, StreamingHandler } from "./lambda-runtime.node.ts";
import { report } from "./log.node.ts";
import { openStores } from "./open-stores.node.ts";
import { serveEvents } from "./serve-event.node.ts";
import { readSettings } from "./settings.node.ts";

declare const awslambda: AwsLambda;

// Once for all requests that an instance will serve: connections outlive them.
const settings = readSettings(process.env);
const { digestFunctions } = settings;
const routes = compose({
  ...openStores(settings),
  policy: settings.policy,
  digestFunctions,
  report,
});

/** What a function URL invokes. */
export const handler: StreamingHandler<FunctionUrlEvent> = awslambda.streamifyResponse(
  serveEvents(routes, awslambda),
);
