import { blobScopeOf, type Call } from "../call.ts";
import type { Clock } from "../../clock.ts";
import { limits } from "../../limits.ts";
import type { BlobCache } from "../blob-cache.ts";
import type { BlobSource, BlobStore, ByteRange } from "../blob-store.ts";
import { getEach } from "../get-each.ts";
import type { LeasePolicy } from "../indexed/lease-policy.ts";
import { blobKey } from "../indexed/row-key.ts";
import { StoreError } from "../store-error.ts";

export interface EdgeCacheOptions {
  readonly cache: BlobCache;
  readonly clock: Clock;
  /** Lets work end after the answer has: a Worker's `waitUntil`. It never fails. */
  readonly background: (work: Promise<void>) => void;
  /** The largest blob that costs the store only one request, so that no cache makes it cheaper. In bytes. */
  readonly smallBytes?: number;
}

/**
 * Answers reads of large blobs from a cache nearby, without the store. The read of a whole blob, up to `limits.edgeBlobBytes`, fills
 * it as the bytes pass by, in step with the reader; parts are given from whole blobs only. Callers have been let in before they
 * come here, and instances stay apart. What is wrong with the cache is nobody's trouble: the store answers.
 *
 * A blob is given for at most `limits.edgeAgeMs` after the store was asked for it, and the store's leases must be longer by that time, as
 * `behindEdge` makes them: so a read from the cache promises `limits.leaseMs`, too.
 */
export function edgeCached(base: BlobStore, options: EdgeCacheOptions): BlobStore {
  const { cache, clock, background, smallBytes = limits.inlineBytes } = options;
  const isSmall = (sizeBytes: number): boolean => sizeBytes <= smallBytes;
  const get: BlobStore["get"] = async (name, range, call) => {
    const { sizeBytes } = name;
    if (range.length === 0 || (sizeBytes !== undefined && isSmall(sizeBytes))) {
      return await base.get(name, range, call);
    }
    call.signal.throwIfAborted();
    const key = blobKey(name, blobScopeOf(call));
    const cached = await cache.get(key, range, call.signal).catch(() => undefined);
    const isRight = sizeBytes === undefined || cached?.sizeBytes === sizeBytes;
    if (cached !== undefined && isRight) {
      // What is at hand whole cannot break off.
      if (cached.bytes !== undefined) return cached;
      const drop = (): void => background(cache.drop(key).catch(() => undefined));
      return mending(
        cached,
        { range, drop, rest: async (left) => await base.get(name, left, call) },
        call,
      );
    }
    await cached?.[Symbol.asyncDispose]();
    const untilMs = clock.now() + limits.edgeAgeMs;
    const source = await base.get(name, range, call);
    const isWhole = range.offset === 0 && range.length === undefined;
    if (source === undefined || !isWhole) return source;
    if (isSmall(source.sizeBytes) || source.sizeBytes > limits.edgeBlobBytes) return source;
    return filling(source, () => cache.fill(key, source.sizeBytes, untilMs), options);
  };
  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: async (digests, call) => await base.findMissing(digests, call),
    get,
    getBatch: async (digests, call, compressor) =>
      await getEach({ get }, digests, call, compressor),
    put: async (digest, body, call) => await base.put(digest, body, call),
    putBatch: async (blobs, call) => await base.putBatch(blobs, call),
  };
}

/** The policy of an indexed store that answers behind an edge cache. */
export function behindEdge(policy: LeasePolicy): LeasePolicy {
  return { ...policy, leaseMs: policy.leaseMs + limits.edgeAgeMs };
}

interface Mending {
  readonly range: ByteRange;
  /** Has the cache forget the blob. */
  readonly drop: () => void;
  /** The same blob from the store. */
  readonly rest: (range: ByteRange) => Promise<BlobSource | undefined>;
}

/** The source, with what it fails to give from the store. */
function mending(cached: BlobSource, { range, drop, rest }: Mending, { signal }: Call): BlobSource {
  const { sizeBytes } = cached;
  const end = Math.min(sizeBytes, range.offset + (range.length ?? sizeBytes));
  return {
    sizeBytes,
    [Symbol.asyncDispose]: async () => await cached[Symbol.asyncDispose](),
    async *[Symbol.asyncIterator]() {
      let at = range.offset;
      try {
        for await (const chunk of cached) {
          at += chunk.byteLength;
          yield chunk;
        }
      } catch (error) {
        if (signal.aborted) throw error;
      }
      if (at === end) return;
      drop();
      await using source = await rest({ offset: at, length: end - at });
      if (source === undefined)
        throw new StoreError("unavailable", "the cache nearby broke off; try again");
      yield* source;
    },
  };
}

/** The source, whose bytes are written to a cache as they pass. */
function filling(
  source: BlobSource,
  fill: () => WritableStream<Uint8Array>,
  { background }: EdgeCacheOptions,
): BlobSource {
  return {
    sizeBytes: source.sizeBytes,
    // Whoever takes the blob as it is kept fills no cache: that has plain bytes, of which parts can be given.
    ...(source.encoded === undefined ? {} : { encoded: source.encoded }),
    [Symbol.asyncDispose]: async () => await source[Symbol.asyncDispose](),
    async *[Symbol.asyncIterator]() {
      const writer = fill().getWriter();
      const patience = Promise.withResolvers<false>();
      const timer = setTimeout(() => patience.resolve(false), limits.edgePatienceMs);
      let isTaken = true;
      let isWhole = false;
      try {
        for await (const chunk of source) {
          const taken: Promise<boolean> | false = isTaken && accepted(writer.write(chunk));
          yield chunk;
          // The chunk's memory may be used again as soon as the next one is asked for.
          isTaken = await Promise.race([taken, patience.promise]);
        }
        isWhole = true;
      } finally {
        clearTimeout(timer);
        const ending = isWhole && isTaken ? writer.close() : writer.abort();
        background(accepted(ending).then(() => undefined));
      }
    },
  };
}

async function accepted(work: Promise<void>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  );
}
