import { skim } from "../../bytes/collect.ts";
import { giveBack } from "../../bytes/memory-pool.ts";
import { collectVerified, verified } from "../../bytes/verified.ts";
import { type BlobName, type Digest, distinct, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { inTwo } from "../../in-two.ts";
import { type Soon, whenKnown } from "../../soon.ts";
import type {
  BatchEntry,
  BlobSource,
  BlobStore,
  BlobTrouble,
  ByteRange,
  WholeBlob,
} from "../../stores/blob-store.ts";
import { blobScopeOf, type Call } from "../../stores/call.ts";
import { putEach } from "../../stores/put-each.ts";
import { BytesSource, sourceOf } from "../../stores/source-of.ts";
import { StoreError } from "../../stores/store-error.ts";
import { BlobBatches } from "./blob-batches.ts";
import { BlobLookups, meaningOf } from "./blob-lookups.ts";
import { BlobReader } from "./blob-reader.ts";
import type { Entries } from "./entries.ts";
import { type Key, Keys } from "./key.ts";
import { isAligned, PIECE_BYTES } from "./located-store.ts";
import type { Location } from "./location.ts";
import { PiecePools } from "./piece-pools.ts";
import { PieceWriter } from "./piece-writer.ts";
import { writeWhole } from "./whole-entries.ts";

/** Blobs on blocks. Their bytes are checked against their digest on the way in, and on the way out unless they were of late. */
export class DiskBlobStore implements BlobStore {
  readonly maxBlobBytes: number;
  readonly #store: Entries;
  readonly #hashers: Hashers;
  readonly #keys: Keys;
  readonly #memory = new PiecePools();
  readonly #reader: BlobReader;
  readonly #lookups: BlobLookups;
  readonly #batches: BlobBatches;

  constructor(options: { store: Entries; hashers: Hashers; now: () => number }) {
    this.#store = options.store;
    this.#hashers = options.hashers;
    this.#keys = new Keys({ kind: "blob", seed: options.store.seed, hashers: options.hashers });
    this.#reader = new BlobReader({ ...options, memory: this.#memory });
    this.#lookups = new BlobLookups({ ...options, keys: this.#keys });
    this.#batches = new BlobBatches({
      ...options,
      lookups: this.#lookups,
      reader: this.#reader,
      memory: this.#memory,
    });
    this.maxBlobBytes = options.store.maxEntryBytes;
  }

  findMissing(digests: readonly Digest[], call: Call): Soon<readonly Digest[]> {
    call.signal.throwIfAborted();
    const missing: Digest[] = [];
    const looking = this.#lookups.lookUp(digests, call, (digest, lookups, index) => {
      if (lookups.lengthOf(index) !== digest.sizeBytes) missing.push(digest);
    });
    return whenKnown(looking, () => distinct(missing));
  }

  get(name: BlobName, range: ByteRange, call: Call): Soon<BlobSource | undefined> {
    call.signal.throwIfAborted();
    const key = this.#keys.of(name, blobScopeOf(call));
    return whenKnown(key, (known) => this.#getAt(known, name, range, call.signal));
  }

  #getAt(
    key: Key,
    name: BlobName,
    range: ByteRange,
    signal: AbortSignal,
  ): Soon<BlobSource | undefined> {
    const location = this.#use(key, name);
    if (location === undefined) return undefined;
    const sizeBytes = location.length;
    if (range.offset > sizeBytes) {
      throw new RangeError(`offset ${range.offset} in a blob of ${sizeBytes} bytes`);
    }
    const end = Math.min(sizeBytes, range.offset + (range.length ?? sizeBytes));
    const part = { offset: range.offset, end };
    const found = { key, name, location };
    if (sizeBytes > PIECE_BYTES) {
      return sourceOf(sizeBytes, () => this.#reader.readPieces(found, part, signal), giveBack);
    }
    // A small blob is checked before anything is promised, so that a damaged one is simply not there.
    return whenKnown(this.#reader.readWhole(found), (whole) => {
      if (whole === undefined) return undefined;
      const bytes =
        range.offset === 0 && end === sizeBytes ? whole : whole.subarray(range.offset, end);
      return new BytesSource({ sizeBytes, bytes, signal, giveBack });
    });
  }

  async getBatch(digests: readonly Digest[], call: Call): Promise<readonly BatchEntry[]> {
    call.signal.throwIfAborted();
    return await this.#batches.get(digests, call, (...one) => this.get(...one));
  }

  async put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    if (digest.sizeBytes > this.maxBlobBytes) throw tooLarge(digest, this.maxBlobBytes);
    call.signal.throwIfAborted();
    const made = this.#keys.of(digest, blobScopeOf(call));
    const key = made instanceof Promise ? await made : made;
    if (isAligned(digest.sizeBytes)) {
      await this.#putLarge(key, digest, verified(digest, body, this.#hashers, call.signal), call);
    } else await this.#putSmall(key, digest, body, call);
  }

  async putBatch(
    blobs: readonly WholeBlob[],
    call: Call,
  ): Promise<readonly (BlobTrouble | undefined)[]> {
    call.signal.throwIfAborted();
    return await inTwo(
      blobs,
      ({ digest }) => isAligned(digest.sizeBytes),
      (large) => putEach(this, large, call),
      (small) => this.#batches.put(small, call),
    );
  }

  async #putSmall(
    key: Key,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    { signal }: Call,
  ): Promise<void> {
    const bytes = this.#memory.take(digest.sizeBytes);
    await collectVerified(bytes, { digest, body, hashers: this.#hashers, signal });
    if (this.#use(key, digest) === undefined) await writeWhole(this.#store, key, bytes, signal);
    // Not after a failure: nobody says then whether all of it has ended.
    giveBack(bytes);
  }

  async #putLarge(
    key: Key,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    { signal }: Call,
  ): Promise<void> {
    if (this.#use(key, digest) !== undefined) return await skim(body);
    const reservation = await this.#store.reserve(digest.sizeBytes, true, signal);
    try {
      using writer = new PieceWriter(this.#memory.large, async (at, piece) => {
        await this.#store.write(reservation, at, piece);
      });
      for await (const chunk of body) await writer.write(chunk);
      await writer.finish();
    } catch (error) {
      this.#store.giveBack(reservation);
      throw error;
    }
    // Another upload of it may have ended first.
    if (this.#use(key, digest) === undefined) await this.#store.commit(key, reservation);
    else this.#store.giveBack(reservation);
  }

  #use(key: Key, name: BlobName): Location | undefined {
    const location = this.#store.use(key, meaningOf(name, this.#hashers));
    const isMeant = name.sizeBytes === undefined || name.sizeBytes === location?.length;
    return isMeant ? location : undefined;
  }
}

function tooLarge(digest: Digest, maxBytes: number): StoreError {
  return new StoreError(
    "too-large",
    `${formatDigest(digest)} is larger than one block of the cache, ${maxBytes} bytes; raise --size`,
  );
}
