import { collect, iterate, skim } from "../bytes/collect.ts";
import { type Digest, digestKey, formatDigest, isEmptyBlob } from "../digest/digest.ts";
import type { Hashers } from "../digest/hasher.ts";
import { limits } from "../limits.ts";
import { AbsentBlobs, invalidArgument, RequestError } from "../request-error.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import type { ChunkingFunction, ChunkList, ChunkListStore } from "../stores/chunk-list-store.ts";
import { chunkSource } from "../stores/chunk-source.ts";
import { inheritedBlobs } from "../stores/decorators/inherited-blobs.ts";
import { blobCallsAbove } from "../stores/inherited-calls.ts";
import type { LeasedChunkLists } from "../stores/leased-chunk-lists.ts";
import { StoreError } from "../stores/store-error.ts";
import { Turns } from "../turns.ts";
import { advertisedSizes, BlobCutter } from "./blob-cutter.ts";
import type { UploadService } from "./upload-service.ts";

export interface ChunkServiceOptions {
  /** All blobs, those included that are there as chunks. */
  readonly store: BlobStore;
  /** Those that are there whole. */
  readonly wholes: BlobStore;
  readonly lists: ChunkListStore;
  readonly leasedLists: LeasedChunkLists;
  readonly uploads: UploadService;
  readonly hashers: Hashers;
  /** The largest blob that is cut on demand. */
  readonly splitBytes: number;
}

/** Blobs as chunks, by the REAPI's rules: a list of chunks is given or kept only if they make the blob, and all are there. */
export class ChunkService {
  readonly #options: ChunkServiceOptions;
  /** Whole blobs, those included that a call inherits. */
  readonly #readable: BlobStore;
  readonly #cutter: BlobCutter;
  /** Apart, since a splice may have to read far more than a split. */
  readonly #cuts = new Turns(limits.chunkings);
  readonly #splices = new Turns(limits.chunkings);

  constructor(options: ChunkServiceOptions) {
    this.#options = options;
    this.#readable = inheritedBlobs(options.wholes);
    this.#cutter = new BlobCutter(readingFrom(this.#readable, options.wholes), options.hashers);
  }

  /**
   * The chunks of a blob, which is cut if nobody has and the caller may store the chunks. All of it is under a lease then. NOT_FOUND says
   * to read the blob whole, if at all.
   */
  async split(digest: Digest, call: Call): Promise<ChunkList> {
    const { store, splitBytes } = this.#options;
    if (isEmptyBlob(digest)) return { chunks: [], cutBy: "fast-cdc-2020" };
    if (digest.sizeBytes < limits.splicedBytes) {
      const missing = await store.findMissing([digest], call);
      if (missing.length > 0) throw notFound(digest);
      return { chunks: [digest], cutBy: "unknown" };
    }
    const known = await this.#known(digest, call);
    if (known !== undefined) return known;
    if (digest.sizeBytes > splitBytes) {
      throw readWhole(digest, `blobs above ${splitBytes} bytes are not cut here`);
    }
    if (!call.principal.standingIn(call.instanceName).rights.has("cas-write")) {
      throw readWhole(digest, `${call.principal.subject} may not have it cut, which stores them`);
    }
    using _ = await turn(this.#cuts, call);
    const chunks = await this.#cutter.cut(digest, call);
    if (chunks === undefined) throw notFound(digest);
    await this.#options.lists.put(digest, { chunks, cutBy: "fast-cdc-2020" }, call);
    // Cutting takes a while, and leases count from the answer on.
    const list = await this.#known(digest, call);
    if (list === undefined) throw wentAway(digest);
    return list;
  }

  /** The chunks of a blob, if they are known and there. The blob may be there whole as well: then for as long. */
  async #known(digest: Digest, call: Call): Promise<ChunkList | undefined> {
    const list = await this.#find(digest, call);
    if (list !== undefined) await this.#readable.findMissing([digest], call);
    return list;
  }

  /** The list of a blob in the call's own instance, or else in one above it, where its chunks are as well. */
  async #find(digest: Digest, call: Call): Promise<ChunkList | undefined> {
    for (const where of [call, ...blobCallsAbove(call)]) {
      const list = await this.#options.leasedLists.find(digest, where);
      if (list !== undefined) return list;
    }
    return undefined;
  }

  /**
   * Makes a blob of chunks that are there: nothing is copied, unless the blob is small or some chunks are inherited. NOT_FOUND where a chunk
   * is absent, INVALID_ARGUMENT where they do not make the blob. ALREADY_EXISTS where the blob is there, but not all of the chunks: only
   * they are under no lease then.
   */
  async splice(digest: Digest, { chunks, cutBy }: ChunkList, call: Call): Promise<void> {
    const { store, uploads } = this.#options;
    uploads.checkSize(digest, call);
    checkSum(digest, chunks);
    const missing = new Set((await store.findMissing([digest, ...chunks], call)).map(digestKey));
    const absent = chunks.filter((chunk) => missing.has(digestKey(chunk)));
    if (!missing.has(digestKey(digest))) {
      if (absent.length > 0) throw alreadyExists(digest, absent.length);
      return;
    }
    if (absent.length > 0) throw absentChunks(absent);
    uploads.spend(digest.sizeBytes, call);
    using _ = await turn(this.#splices, call);
    await this.#join(
      digest,
      { chunks: chunks.filter((chunk) => !isEmptyBlob(chunk)), cutBy },
      call,
    );
  }

  async #join(digest: Digest, list: ChunkList, call: Call): Promise<void> {
    const { lists, uploads } = this.#options;
    const chunks = await this.#inWholes(list.chunks, call);
    const source = this.#checked(digest, chunkSource(this.#readable, chunks, { offset: 0 }, call));
    if (digest.sizeBytes < limits.splicedBytes) {
      const bytes = await collect(source, digest.sizeBytes);
      await uploads.write(digest, iterate([bytes]), call);
      return;
    }
    if (!(await this.#areOwn(chunks, call))) {
      // A list is read, and leased, with chunks of its own instance alone.
      await uploads.write(digest, source, call);
      return;
    }
    await skim(source);
    const cutBy = chunks === list.chunks ? labelOf(list) : "unknown";
    await lists.put(digest, { chunks, cutBy }, call);
    // Reading takes a while, and leases count from the answer on; and whoever still uploads the blob need not go on.
    if (!(await uploads.isPresent(digest, call))) throw wentAway(digest);
  }

  /** Whether chunks that are there are in the call's own instance, and none is merely inherited. */
  async #areOwn(chunks: readonly Digest[], call: Call): Promise<boolean> {
    if (blobCallsAbove(call).length === 0) return true;
    return (await this.#options.wholes.findMissing(chunks, call)).length === 0;
  }

  /** The same bytes in chunks that are there whole: those that are there as chunks themselves are replaced by these. */
  async #inWholes(chunks: readonly Digest[], call: Call): Promise<readonly Digest[]> {
    const large = chunks.filter(({ sizeBytes }) => sizeBytes >= limits.splicedBytes);
    if (large.length === 0) return chunks;
    const parts = new Map<string, readonly Digest[]>();
    for (const chunk of await this.#readable.findMissing(large, call)) {
      const list = await this.#find(chunk, call);
      if (list === undefined) throw wentAway(chunk);
      parts.set(digestKey(chunk), list.chunks);
    }
    if (parts.size === 0) return chunks;
    const partsOf = (chunk: Digest): readonly Digest[] => parts.get(digestKey(chunk)) ?? [chunk];
    checkCount(chunks.reduce((count, chunk) => count + partsOf(chunk).length, 0));
    return chunks.flatMap(partsOf);
  }

  /** The bytes of chunks as they come; if they do not make the blob, the end of them throws INVALID_ARGUMENT. */
  async *#checked(
    digest: Digest,
    bytes: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const hasher = this.#options.hashers.create(digest.function, digest.sizeBytes);
    for await (const piece of bytes) {
      hasher.update(piece);
      yield piece;
    }
    const hash = await hasher.finish();
    if (hash === digest.hash) return;
    throw invalidArgument(
      "blob_digest",
      `the chunks of ${formatDigest(digest)} make a blob that hashes to ${hash}`,
    );
  }
}

/** Reads one store, and asks and writes another: so chunks are kept in the call's own instance, though the blob may be inherited. */
function readingFrom(readable: BlobStore, own: BlobStore): BlobStore {
  return {
    maxBlobBytes: own.maxBlobBytes,
    findMissing: async (digests, call) => await own.findMissing(digests, call),
    get: async (name, range, call) => await readable.get(name, range, call),
    getBatch: async (digests, call, accepted) => await readable.getBatch(digests, call, accepted),
    put: async (digest, body, call) => await own.put(digest, body, call),
    putBatch: async (blobs, call) => await own.putBatch(blobs, call),
  };
}

/** What a client says it cut by is believed only where the sizes do not tell otherwise. */
function labelOf({ chunks, cutBy }: ChunkList): ChunkingFunction {
  const { minBytes, maxBytes } = advertisedSizes;
  const fit = chunks.every(
    ({ sizeBytes }, index) =>
      sizeBytes <= maxBytes && (sizeBytes >= minBytes || index === chunks.length - 1),
  );
  return fit ? cutBy : "unknown";
}

function checkSum(digest: Digest, chunks: readonly Digest[]): void {
  checkCount(chunks.length);
  const sum = chunks.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
  if (sum === digest.sizeBytes) return;
  throw invalidArgument(
    "chunk_digests",
    `have ${sum} bytes together, but ${formatDigest(digest)} has ${digest.sizeBytes}`,
  );
}

function checkCount(count: number): void {
  if (count <= limits.chunksPerBlob) return;
  throw invalidArgument(
    "chunk_digests",
    `${count} are more than a blob may have, ${limits.chunksPerBlob}; cut it into larger chunks`,
  );
}

function absentChunks(absent: readonly Digest[]): AbsentBlobs {
  const different = new Map(absent.map((chunk) => [digestKey(chunk), chunk]));
  const named = [...different.values()].slice(0, limits.namedAbsences).map(formatDigest);
  return new AbsentBlobs(
    `${different.size} chunks are not in the cache, such as ${named[0]}; upload them first`,
    named.map((name) => `blobs/${name}`),
  );
}

function alreadyExists(digest: Digest, absent: number): RequestError {
  return new RequestError(
    "already-exists",
    `${formatDigest(digest)} is in the cache, and ${absent} of these chunks are not; SplitBlob names those it has`,
  );
}

function notFound(digest: Digest): RequestError {
  return new RequestError("not-found", `${formatDigest(digest)} is not in the cache`);
}

function readWhole(digest: Digest, why: string): RequestError {
  return new RequestError(
    "not-found",
    `nobody has told the chunks of ${formatDigest(digest)}, and ${why}; read it whole`,
  );
}

/** Waits only so long: those ahead may read for minutes. */
async function turn(turns: Turns, { signal }: Call): Promise<Disposable> {
  const impatient = AbortSignal.timeout(limits.chunkingWaitMs);
  try {
    return await turns.take(AbortSignal.any([signal, impatient]));
  } catch {
    signal.throwIfAborted();
    throw new RequestError(
      "resource-exhausted",
      `${limits.chunkings} blobs are cut or spliced already; try again`,
    );
  }
}

function wentAway(digest: Digest): StoreError {
  return new StoreError(
    "unavailable",
    `the chunks of ${formatDigest(digest)} went away while they were made or read; try again`,
  );
}
