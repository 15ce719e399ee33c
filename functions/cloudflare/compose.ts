import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { createServices, type Backends } from "../../shared/services/services.ts";
import { Readiness } from "../handlers/readiness.ts";
import type { StoreHealth } from "../handlers/store-health.ts";
import type { ReportError } from "../telemetry/report-error.ts";
import type { RequestBudget } from "../interceptors/request-budget.ts";
import type { Gate } from "../access/caller.ts";
import { gateOf } from "../access/gate.ts";
import type { RequestWatch } from "../telemetry/request-watch.ts";
import { createRoutes } from "../routes.ts";
import { forGrpcEdge } from "./edge-grpc.ts";
import type { Settings } from "./settings.ts";

const TOKEN_REMEDY = "npm run cloudflare:setup makes one, the secret HAYLOFT_TOKEN";

const REMEDY =
  "Cloudflare's smaller plans admit no more in one request: put a Hayloft of your own on Node in front of this one";

export interface ComposeOptions extends Pick<
  Backends,
  | "blobs"
  | "actions"
  | "chunkLists"
  | "purges"
  | "keptPurges"
  | "hashers"
  | "codecs"
  | "uploadAllowance"
> {
  readonly settings: Settings;
  /** For all requests of the isolate together, as the gate is, which remembers whom it let in. */
  readonly budget: RequestBudget;
  readonly gate: Gate;
  readonly watch: RequestWatch;
  readonly storeHealth?: StoreHealth;
}

/** The gate of a deployment with these settings. */
export function gateFor(settings: Settings, report: ReportError): Gate {
  return gateOf(settings.policy, {
    clock: systemClock,
    // The runtime wants it called as its own.
    fetch: async (...request) => await fetch(...request),
    report,
    remedy: TOKEN_REMEDY,
  });
}

/**
 * Puts the cache together for one request, in some 0.06 ms. None shares what it waits for with another: the runtime may end a request
 * without a word, and others would wait for it in vain.
 */
export function compose(options: ComposeOptions): UniversalHandlerFn {
  const { settings, budget, gate, watch, storeHealth, ...backends } = options;
  const routes = createRoutes({
    services: createServices({
      ...backends,
      digestFunctions: settings.digestFunctions,
      splitBytes: limits.workerSplitBytes,
      uploadCeiling: { maxBytes: settings.maxUploadBytes, remedy: REMEDY },
    }),
    budget,
    watch,
    trailers: false,
    // The runtime's gunzip makes everything of what it is given at once: a little gzip could fill the isolate.
    compressions: [],
    readiness: new Readiness(storeHealth),
    shutdownSignal: new AbortController().signal,
    gate,
    healthIsPublic: false,
  });
  return settings.edgeGrpc ? forGrpcEdge(routes) : routes;
}
