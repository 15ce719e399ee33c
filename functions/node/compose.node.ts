import { getHeapStatistics } from "node:v8";
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

/** Parts of the heap that stores in memory may fill: it has a limit that `--size` does not change. */
const HEAP_SHARE = 1 / 2;
const ACTION_HEAP_SHARE = 1 / 8;
const HEAP_BYTES_PER_BLOB = 640;

export interface ComposeOptions {
  readonly sizeBytes: number;
  readonly readiness: Readiness;
  readonly report: ReportError;
  readonly shutdownSignal: AbortSignal;
}

/** Puts the server of a machine of one's own together: the only place that knows which stores it has. */
export function compose(options: ComposeOptions): UniversalHandlerFn {
  const heapBytes = getHeapStatistics().heap_size_limit;
  const actionBytes = Math.min(
    Math.floor(options.sizeBytes * ACTION_SHARE),
    Math.floor(heapBytes * ACTION_HEAP_SHARE),
  );
  const services = createServices({
    hashers: nodeHashers,
    actions: new MemoryActionStore({ capacityBytes: actionBytes }),
    blobs: new MemoryBlobStore({
      capacityBytes: options.sizeBytes - actionBytes,
      maxEntries: Math.floor((heapBytes * HEAP_SHARE) / HEAP_BYTES_PER_BLOB),
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
