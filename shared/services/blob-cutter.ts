import { iterate } from "../bytes/collect.ts";
import { chunksOf } from "../chunking/chunks-of.ts";
import { FastCdc2020, type FastCdcOptions } from "../chunking/fast-cdc-2020.ts";
import { mapConcurrently } from "../concurrent.ts";
import { type Digest, digestKey, formatDigest } from "../digest/digest.ts";
import type { Hasher, Hashers } from "../digest/hasher.ts";
import { limits } from "../limits.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import { StoreError } from "../stores/store-error.ts";

/** How blobs are cut: clients derive the rest from the average and the seed, which are advertised. */
export const advertisedSizes: FastCdcOptions = {
  minBytes: limits.chunkBytes / 4,
  avgBytes: limits.chunkBytes,
  maxBytes: limits.chunkBytes * 4,
  seed: 0,
};

interface Chunk {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** Cuts blobs of a store into chunks of the same store. */
export class BlobCutter {
  readonly #blobs: BlobStore;
  readonly #hashers: Hashers;

  constructor(blobs: BlobStore, hashers: Hashers) {
    this.#blobs = blobs;
    this.#hashers = hashers;
  }

  /** The chunks, which are there then; `undefined` where the blob is not. */
  async cut(digest: Digest, call: Call): Promise<readonly Digest[] | undefined> {
    await using source = await this.#blobs.get(digest, { offset: 0 }, call);
    if (source === undefined) return undefined;
    const hasher = this.#hashers.create(digest.function, digest.sizeBytes);
    const chunks: Digest[] = [];
    for await (const batch of this.#batches(hashed(source, hasher), digest)) {
      await this.#keep(batch, call);
      chunks.push(...batch.map((chunk) => chunk.digest));
    }
    // The list will stand for the blob when that has gone: so it has to be right.
    if ((await hasher.finish()) !== digest.hash) throw corrupt(digest);
    return chunks;
  }

  /** Chunks with their digests, some at a time: as many as one may have bytes, and then one more. */
  async *#batches(
    source: AsyncIterable<Uint8Array>,
    { function: name }: Digest,
  ): AsyncGenerator<readonly Chunk[], void, undefined> {
    let batch: Chunk[] = [];
    let batchBytes = 0;
    // Its table takes a while to make, which most calls never need.
    for await (const bytes of chunksOf(source, new FastCdc2020(advertisedSizes))) {
      const sizeBytes = bytes.byteLength;
      const hasher = this.#hashers.create(name, sizeBytes);
      hasher.update(bytes);
      batch.push({ digest: { function: name, hash: await hasher.finish(), sizeBytes }, bytes });
      batchBytes += sizeBytes;
      if (batchBytes < advertisedSizes.maxBytes) continue;
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    if (batch.length > 0) yield batch;
  }

  async #keep(batch: readonly Chunk[], call: Call): Promise<void> {
    const bytesOf = new Map(batch.map(({ digest, bytes }) => [digestKey(digest), bytes]));
    const digests = batch.map(({ digest }) => digest);
    const missing = await this.#blobs.findMissing(digests, call);
    await mapConcurrently(missing, limits.storeConcurrency, async (digest) => {
      const bytes = bytesOf.get(digestKey(digest));
      if (bytes !== undefined) await this.#blobs.put(digest, iterate([bytes]), call);
    });
  }
}

async function* hashed(
  source: AsyncIterable<Uint8Array>,
  hasher: Hasher,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of source) {
    hasher.update(piece);
    yield piece;
  }
}

function corrupt(digest: Digest): StoreError {
  return new StoreError("corrupt", `the stored bytes of ${formatDigest(digest)} are damaged`);
}
