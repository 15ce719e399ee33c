import { type BlobCodec, BlobCodecs } from "../compression/blob-codec.ts";
import type { Hashers } from "../digest/hasher.ts";
import { SupportedFunctions } from "../digest/supported-functions.ts";
import { limits } from "../limits.ts";
import type { ActionStore } from "../stores/action-store.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import { emptyBlob } from "../stores/decorators/empty-blob.ts";
import type { TransferStore } from "../stores/transfer-store.ts";
import { Turns } from "../turns.ts";
import { ActionService } from "./action-service.ts";
import { BlobService } from "./blob-service.ts";
import { TreeService } from "./tree-service.ts";
import { type UploadCeiling, UploadService } from "./upload-service.ts";

/** What a deployment brings. */
export interface Backends {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly hashers: Hashers;
  readonly codecs: readonly BlobCodec[];
  /** Where blobs can go straight to and from the object store. */
  readonly transfers?: TransferStore | undefined;
  /** Where the way in admits less than the store. */
  readonly uploadCeiling?: UploadCeiling;
}

/** What handlers receive: the cache, without any protocol. */
export interface Services {
  readonly functions: SupportedFunctions;
  readonly codecs: BlobCodecs;
  /** For what handlers read along the way, such as the outputs that an answer holds. */
  readonly store: BlobStore;
  readonly blobs: BlobService;
  readonly uploads: UploadService;
  readonly trees: TreeService;
  readonly actions: ActionService;
  readonly transfers: TransferStore | undefined;
}

export function createServices(backends: Backends): Services {
  const { blobs, actions, hashers, codecs, transfers, uploadCeiling } = backends;
  const functions = new SupportedFunctions(hashers.functions);
  const store = emptyBlob(blobs, hashers);
  return {
    functions,
    codecs: new BlobCodecs(codecs),
    store,
    blobs: new BlobService(store),
    uploads: new UploadService(store, hashers, uploadCeiling),
    trees: new TreeService(store, functions, new Turns(limits.treeWalks)),
    actions: new ActionService({
      actions,
      blobs: store,
      functions,
      walks: new Turns(limits.referenceWalks),
    }),
    transfers,
  };
}
