import { compressionGzip } from "@connectrpc/connect-node";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { systemClock } from "../../shared/clock.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { limits } from "../../shared/limits.ts";
import { createServices } from "../../shared/services/services.ts";
import type { Readiness } from "../handlers/health.ts";
import type { ReportError } from "../interceptors/errors.ts";
import { RequestBudget } from "../interceptors/request-budget.ts";
import { createRoutes } from "../routes.ts";

/** The part of the size that action results get: builds have many small ones. */
const ACTION_SHARE = 1 / 16;

export interface ComposeOptions {
  readonly sizeBytes: number;
  readonly readiness: Readiness;
  readonly report: ReportError;
  readonly shutdownSignal: AbortSignal;
}

/** Puts the server of a machine of one's own together: the only place that knows which stores it has. */
export function compose(options: ComposeOptions): UniversalHandlerFn {
  const actionBytes = Math.floor(options.sizeBytes * ACTION_SHARE);
  const services = createServices({
    hashers: nodeHashers,
    actions: new MemoryActionStore({ capacityBytes: actionBytes }),
    blobs: new MemoryBlobStore({
      capacityBytes: options.sizeBytes - actionBytes,
      leaseMs: limits.leaseMs,
      clock: systemClock,
      hashers: nodeHashers,
    }),
  });
  return createRoutes({
    services,
    readiness: options.readiness,
    report: options.report,
    shutdownSignal: options.shutdownSignal,
    budget: new RequestBudget(limits.requestBytesInFlight),
    compressions: [compressionGzip],
  });
}
