import { compressionGzip } from "@connectrpc/connect-node";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { createServices } from "../../shared/services/services.ts";
import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import type { PurgeStore } from "../../shared/stores/purge-store.ts";
import type { TransferStore } from "../../shared/stores/transfer-store.ts";
import { Readiness } from "../handlers/readiness.ts";
import type { StoreHealth } from "../handlers/store-health.ts";
import type { ReportError } from "../telemetry/report-error.ts";
import { RequestBudget } from "../interceptors/request-budget.ts";
import { Allowances, countingGate } from "../access/allowances.ts";
import { gateOf } from "../access/gate.ts";
import type { Policy } from "../access/policy.ts";
import type { RequestWatch } from "../telemetry/request-watch.ts";
import { createRoutes } from "../routes.ts";

const TOKEN_REMEDY = "deploy it with the SHA-256 of one";

const REMEDY =
  "Lambda admits no more: use the presigned requests of hayloft.v1.Transfers, " +
  "or a Hayloft on Node over the same bucket and table";

export interface ComposeOptions {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly purges: PurgeStore;
  readonly transfers?: TransferStore | undefined;
  readonly policy: Policy;
  readonly digestFunctions: readonly DigestFunction[];
  readonly report: ReportError;
  readonly watch: RequestWatch;
  readonly storeHealth?: StoreHealth;
}

/** Puts the function of a function URL together. */
export function compose({
  blobs,
  actions,
  chunkLists,
  purges,
  transfers,
  policy,
  digestFunctions,
  report,
  watch,
  storeHealth,
}: ComposeOptions): UniversalHandlerFn {
  const allowances = new Allowances(systemClock);
  return createRoutes({
    services: createServices({
      hashers: nodeHashers,
      digestFunctions,
      codecs: [nodeZstd],
      blobs,
      actions,
      chunkLists,
      purges,
      readCeiling: { maxBytes: limits.lambdaAnswerBytes, remedy: REMEDY },
      splitBytes: limits.lambdaSplitBytes,
      transfers,
      uploadCeiling: { maxBytes: limits.lambdaUploadBytes, remedy: REMEDY },
      uploadAllowance: allowances,
    }),
    budget: new RequestBudget(limits.requestBytesInFlight),
    watch,
    trailers: false,
    answersPlainly: true,
    compressions: [compressionGzip],
    readiness: new Readiness(storeHealth),
    // An instance that is stopped has nothing under way.
    shutdownSignal: new AbortController().signal,
    gate: countingGate(
      gateOf(policy, {
        clock: systemClock,
        fetch: globalThis.fetch,
        report,
        remedy: TOKEN_REMEDY,
      }),
      allowances,
    ),
    healthIsPublic: false,
  });
}
