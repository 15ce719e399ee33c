import { type Clock, systemClock } from "../clock.ts";
import { type BlobCodec, BlobCodecs } from "../compression/blob-codec.ts";
import type { DigestFunction } from "../digest/digest-function.ts";
import type { Hashers } from "../digest/hasher.ts";
import { SupportedFunctions } from "../digest/supported-functions.ts";
import { limits } from "../limits.ts";
import type { ActionStore } from "../stores/action-store.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { ChunkListStore } from "../stores/chunk-list-store.ts";
import { boundedReads, type ReadCeiling } from "../stores/decorators/bounded-reads.ts";
import { emptyBlob } from "../stores/decorators/empty-blob.ts";
import { inheritedBlobs } from "../stores/decorators/inherited-blobs.ts";
import { purgedActions } from "../stores/decorators/purged-actions.ts";
import { inheritedTransfers } from "../stores/decorators/inherited-transfers.ts";
import { splicedBlobs } from "../stores/decorators/spliced-blobs.ts";
import { splicedTransfers } from "../stores/decorators/spliced-transfers.ts";
import { LeasedChunkLists } from "../stores/leased-chunk-lists.ts";
import { type KeptPurges, PurgeList } from "../stores/purge-list.ts";
import type { PurgeStore } from "../stores/purge-store.ts";
import type { TransferStore } from "../stores/transfer-store.ts";
import { Turns } from "../turns.ts";
import { ActionService } from "./action-service.ts";
import { BlobService } from "./blob-service.ts";
import { ChunkService } from "./chunk-service.ts";
import { PurgeService } from "./purge-service.ts";
import { TreeService } from "./tree-service.ts";
import type { UploadAllowance } from "./upload-allowance.ts";
import type { UploadCeiling } from "./upload-ceiling.ts";
import { UploadService } from "./upload-service.ts";
import type { UploadSessions } from "./upload-sessions.ts";

/** What a deployment brings. */
export interface Backends {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  /** Which chunks make up blobs that are not there whole. */
  readonly chunkLists: ChunkListStore;
  /** Which action results count as absent. */
  readonly purges: PurgeStore;
  /** What requests know of them that share nothing else; left out where services last. */
  readonly keptPurges?: KeptPurges;
  readonly hashers: Hashers;
  /** The digest functions to offer, in order of preference. */
  readonly digestFunctions: readonly DigestFunction[];
  readonly codecs: readonly BlobCodec[];
  /** Where blobs can go straight to and from the object store. */
  readonly transfers?: TransferStore | undefined;
  /** Where the way in admits less than the store. */
  readonly uploadCeiling?: UploadCeiling;
  /** Who may upload how much; nobody's uploads are counted if it is left out. */
  readonly uploadAllowance?: UploadAllowance;
  /** What one answer can hold of a blob, where the platform would cut it off. */
  readonly readCeiling?: ReadCeiling;
  /** The largest blob that SplitBlob cuts on demand; `limits.splitBytes` if left out. */
  readonly splitBytes?: number;
  /** Where the parts of an upload that broke off wait for the rest; left out where a process serves one request alone. */
  readonly uploadSessions?: UploadSessions | undefined;
  readonly clock?: Clock;
}

/** What handlers receive: the cache, without any protocol. */
export interface Services {
  readonly functions: SupportedFunctions;
  readonly codecs: BlobCodecs;
  /** For what handlers read along the way, such as the outputs that an answer holds. */
  readonly store: BlobStore;
  readonly blobs: BlobService;
  readonly uploads: UploadService;
  readonly chunks: ChunkService;
  readonly trees: TreeService;
  readonly actions: ActionService;
  readonly purges: PurgeService;
  readonly transfers: TransferStore | undefined;
}

export function createServices(backends: Backends): Services {
  const { blobs, actions, chunkLists, hashers, codecs, transfers } = backends;
  const functions = new SupportedFunctions(backends.digestFunctions);
  const leasedLists = new LeasedChunkLists(blobs, chunkLists);
  const spliced = splicedBlobs(blobs, leasedLists);
  const { readCeiling } = backends;
  const readable = readCeiling === undefined ? spliced : boundedReads(spliced, readCeiling);
  const store = emptyBlob(inheritedBlobs(readable), hashers);
  const uploads = new UploadService({
    store,
    hashers,
    ceiling: backends.uploadCeiling,
    allowance: backends.uploadAllowance,
    sessions: backends.uploadSessions,
  });
  const { clock = systemClock } = backends;
  const purgeList = new PurgeList({ store: backends.purges, clock, kept: backends.keptPurges });
  return {
    functions,
    codecs: new BlobCodecs(codecs),
    store,
    blobs: new BlobService(store),
    uploads,
    chunks: new ChunkService({
      store,
      wholes: blobs,
      lists: chunkLists,
      leasedLists,
      uploads,
      hashers,
      splitBytes: backends.splitBytes ?? limits.splitBytes,
    }),
    trees: new TreeService(store, functions, new Turns(limits.treeWalks)),
    actions: new ActionService({
      actions: purgedActions(actions, purgeList, clock),
      blobs: store,
      functions,
      walks: new Turns(limits.referenceWalks),
    }),
    purges: new PurgeService({ store: backends.purges, list: purgeList, actions, clock }),
    transfers: transfers && inheritedTransfers(splicedTransfers(transfers, leasedLists)),
  };
}
