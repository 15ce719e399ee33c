import { compressionGzip } from "@connectrpc/connect-node";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { createServices } from "../../shared/services/services.ts";
import type { UploadSessions } from "../../shared/services/upload-sessions.ts";
import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import type { PurgeStore } from "../../shared/stores/purge-store.ts";
import type { TransferStore } from "../../shared/stores/transfer-store.ts";
import type { ReadMetrics } from "../../shared/telemetry/metric.ts";
import type { ReadStatistics } from "../../shared/telemetry/statistics/statistics-row.ts";
import type { Readiness } from "../handlers/readiness.ts";
import type { RequestBudget } from "../interceptors/request-budget.ts";
import type { RequestWatch } from "../telemetry/request-watch.ts";
import { localNamesOnly } from "./local-names.node.ts";
import type { NodeGate } from "./node-gate.node.ts";
import { createFront, type Front } from "./requests/front.node.ts";

export interface ComposeOptions {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly purges: PurgeStore;
  readonly transfers: TransferStore | undefined;
  readonly uploadSessions?: UploadSessions;
  readonly digestFunctions: readonly DigestFunction[];
  readonly gate: NodeGate;
  /** Whether requests are refused that name the server otherwise than by an address or `localhost`, as web pages may. */
  readonly onlyLocalNames?: boolean;
  readonly metrics: ReadMetrics;
  readonly statistics?: ReadStatistics | undefined;
  readonly readiness: Readiness;
  readonly watch: RequestWatch;
  readonly budget: RequestBudget;
  readonly shutdownSignal: AbortSignal;
}

/** Puts the server of a machine of one's own together. */
export function compose({
  blobs,
  actions,
  chunkLists,
  purges,
  transfers,
  uploadSessions,
  onlyLocalNames = false,
  ...options
}: ComposeOptions): Front {
  return createFront({
    services: createServices({
      hashers: nodeHashers,
      digestFunctions: options.digestFunctions,
      codecs: [nodeZstd],
      actions,
      chunkLists,
      purges,
      blobs,
      transfers,
      uploadSessions,
      uploadAllowance: options.gate.allowances,
    }),
    gate: onlyLocalNames ? localNamesOnly(options.gate.pass) : options.gate.pass,
    healthIsPublic: true,
    readiness: options.readiness,
    metrics: options.metrics,
    statistics: options.statistics,
    shutdownSignal: options.shutdownSignal,
    watch: options.watch,
    budget: options.budget,
    compressions: [compressionGzip],
    trailers: true,
  });
}
