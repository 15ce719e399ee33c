import { compressionGzip } from "@connectrpc/connect-node";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { limits } from "../../shared/limits.ts";
import { createServices } from "../../shared/services/services.ts";
import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { boundedReads } from "../../shared/stores/decorators/bounded-reads.ts";
import type { TransferStore } from "../../shared/stores/transfer-store.ts";
import { Readiness } from "../handlers/health.ts";
import type { ReportError } from "../interceptors/errors.ts";
import { closedGate, type Gate, tokenHashGate } from "../interceptors/gate.ts";
import { RequestBudget } from "../interceptors/request-budget.ts";
import { createRoutes } from "../routes.ts";
import type { Settings } from "./settings.node.ts";

const REMEDY =
  "Lambda admits no more: use the presigned requests of hayloft.v1.Transfers, " +
  "or a Hayloft on Node over the same bucket and table";

export interface ComposeOptions {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly transfers?: TransferStore;
  readonly settings: Pick<Settings, "isOpen" | "tokenHashes">;
  readonly report: ReportError;
}

/** Puts the function of a function URL together. */
export function compose({
  blobs,
  actions,
  transfers,
  settings,
  report,
}: ComposeOptions): UniversalHandlerFn {
  const gate = gateOf(settings);
  return createRoutes({
    services: createServices({
      hashers: nodeHashers,
      codecs: [],
      blobs: boundedReads(blobs, { maxBytes: limits.lambdaAnswerBytes, remedy: REMEDY }),
      actions,
      transfers,
      uploadCeiling: { maxBytes: limits.lambdaUploadBytes, remedy: REMEDY },
    }),
    budget: new RequestBudget(limits.requestBytesInFlight),
    report,
    trailers: false,
    compressions: [compressionGzip],
    readiness: new Readiness(),
    // An instance that is stopped has nothing under way.
    shutdownSignal: new AbortController().signal,
    ...(gate === undefined ? {} : { gate }),
  });
}

function gateOf({ isOpen, tokenHashes }: ComposeOptions["settings"]): Gate | undefined {
  if (isOpen) return undefined;
  if (tokenHashes.length > 0) return tokenHashGate(tokenHashes);
  return closedGate(
    "this cache has no token yet, and lets nobody in: deploy it with the SHA-256 of one",
  );
}
