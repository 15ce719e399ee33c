import { Breather } from "../../breather.ts";
import { skim } from "../../bytes/collect.ts";
import { giveBack } from "../../bytes/memory-pool.ts";
import { collectVerified, verified, verifyBytes } from "../../bytes/verified.ts";
import { WholeBody } from "../../bytes/whole-body.ts";
import { type BlobName, type Digest, distinct, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { BatchEntry, BlobSource, BlobStore, ByteRange } from "../../stores/blob-store.ts";
import { blobScopeOf, type Call } from "../../stores/call.ts";
import { askForMisses, getEach } from "../../stores/get-each.ts";
import { BytesSource, sourceOf } from "../../stores/source-of.ts";
import { StoreError } from "../../stores/store-error.ts";
import { BlobReader, type Small } from "./blob-reader.ts";
import { blobVerifier } from "./blob-verifier.ts";
import type { Entries, Meaning } from "./entries.ts";
import { type Key, Keys } from "./key.ts";
import { isAligned, PIECE_BYTES } from "./located-store.ts";
import type { Location } from "./location.ts";
import { Lookups, LOOKUPS } from "./lookups.ts";
import { PiecePools } from "./piece-pools.ts";
import { PieceWriter } from "./piece-writer.ts";
import { SpanReader } from "./span-reader.ts";
import { writeWhole } from "./whole-entries.ts";

/** As many as are one step of work. */
const LOOKUPS_PER_STEP = 4;

/** A blob of a batch, and its position there. */
interface BatchedBlob extends Small {
  readonly position: number;
}

/** Blobs on blocks. Their bytes are checked against their digest on the way in, and on the way out unless they were of late. */
export class DiskBlobStore implements BlobStore {
  readonly maxBlobBytes: number;
  readonly #store: Entries;
  readonly #hashers: Hashers;
  readonly #keys: Keys;
  readonly #memory = new PiecePools();
  readonly #reader: BlobReader;
  readonly #spans: SpanReader;
  readonly #spareLookups: Lookups[] = [];

  constructor(options: { store: Entries; hashers: Hashers; now: () => number }) {
    this.#store = options.store;
    this.#hashers = options.hashers;
    this.#keys = new Keys({ kind: "blob", seed: options.store.seed, hashers: options.hashers });
    this.#reader = new BlobReader({ ...options, memory: this.#memory });
    this.#spans = new SpanReader({
      store: options.store,
      reader: this.#reader,
      memory: this.#memory,
    });
    this.maxBlobBytes = options.store.maxEntryBytes;
  }

  async findMissing(digests: readonly Digest[], call: Call): Promise<readonly Digest[]> {
    call.signal.throwIfAborted();
    const missing: Digest[] = [];
    await this.#lookUp(digests, call, (digest, lookups, index) => {
      if (lookups.lengthOf(index) !== digest.sizeBytes) missing.push(digest);
    });
    return distinct(missing);
  }

  async get(name: BlobName, range: ByteRange, call: Call): Promise<BlobSource | undefined> {
    call.signal.throwIfAborted();
    const made = this.#keys.of(name, blobScopeOf(call));
    const key = made instanceof Promise ? await made : made;
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
      return sourceOf(sizeBytes, () => this.#reader.readPieces(found, part, call.signal), giveBack);
    }
    // A small blob is checked before anything is promised, so that a damaged one is simply not there.
    const read = this.#reader.readWhole(found);
    const bytes = read instanceof Promise ? await read : read;
    if (bytes === undefined) return undefined;
    const wanted =
      range.offset === 0 && end === sizeBytes ? bytes : bytes.subarray(range.offset, end);
    return new BytesSource({ sizeBytes, bytes: wanted, signal: call.signal, giveBack });
  }

  async getBatch(digests: readonly Digest[], call: Call): Promise<readonly BatchEntry[]> {
    call.signal.throwIfAborted();
    const small: BatchedBlob[] = [];
    await this.#lookUp(digests, call, (name, lookups, index, position) => {
      const isMeant = lookups.lengthOf(index) === name.sizeBytes;
      if (!isMeant || name.sizeBytes > PIECE_BYTES) return;
      small.push({ name, location: lookups.locationOf(index), position });
    });
    const entries = digests.map((): BatchEntry => undefined);
    await this.#spans.read(small, ({ position }, data) => {
      entries[position] = { data, compressor: "identity" };
    });
    call.signal.throwIfAborted();
    return await askForMisses(digests, entries, async (missed) => {
      return await getEach((...one) => this.get(...one), missed, call, undefined);
    });
  }

  async put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    if (digest.sizeBytes > this.maxBlobBytes) throw tooLarge(digest, this.maxBlobBytes);
    call.signal.throwIfAborted();
    const made = this.#keys.of(digest, blobScopeOf(call));
    const key = made instanceof Promise ? await made : made;
    if (isAligned(digest.sizeBytes)) {
      await this.#putLarge(key, digest, verified(digest, body, this.#hashers, call.signal), call);
    } else if (body instanceof WholeBody) await this.#putWhole(key, digest, body, call);
    else await this.#putSmall(key, digest, body, call);
  }

  async #putWhole(key: Key, digest: Digest, { bytes }: WholeBody, call: Call): Promise<void> {
    const verifying = verifyBytes(bytes, digest, this.#hashers);
    if (verifying !== undefined) await verifying;
    if (this.#use(key, digest) === undefined)
      await writeWhole(this.#store, key, bytes, call.signal);
    giveBack(bytes);
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

  /** Looks for many blobs, a good number at a time, and tells `see` of each, whatever the size of what was found. */
  async #lookUp(
    digests: readonly Digest[],
    call: Call,
    see: (digest: Digest, lookups: Lookups, index: number, position: number) => void,
  ): Promise<void> {
    const breather = new Breather();
    // Memory of its own for each would keep the garbage collector busy.
    const lookups = this.#spareLookups.pop() ?? new Lookups();
    for (let first = 0; first < digests.length; first += LOOKUPS) {
      const pause = first > 0 ? breather.after(LOOKUPS / LOOKUPS_PER_STEP) : undefined;
      if (pause !== undefined) await pause;
      lookups.count = Math.min(LOOKUPS, digests.length - first);
      for (let index = 0; index < lookups.count; index++) {
        const [digest, key] = [digests[first + index], lookups.keys[index]];
        if (digest === undefined || key === undefined) continue;
        const made = this.#keys.of(digest, blobScopeOf(call), key);
        if (made instanceof Promise) key.set(await made);
      }
      this.#store.useAll(lookups, (index) => {
        const digest = digests[first + index];
        if (digest === undefined) throw new RangeError(`no digest ${first + index}`);
        return this.#meaningOf(digest);
      });
      for (let index = 0; index < lookups.count; index++) {
        const digest = digests[first + index];
        if (digest !== undefined) see(digest, lookups, index, first + index);
      }
    }
    this.#spareLookups.push(lookups);
  }

  #use(key: Key, name: BlobName): Location | undefined {
    const location = this.#store.use(key, this.#meaningOf(name));
    const isMeant = name.sizeBytes === undefined || name.sizeBytes === location?.length;
    return isMeant ? location : undefined;
  }

  #meaningOf(name: BlobName): Meaning {
    return { name, verifier: (length) => blobVerifier(this.#hashers, name, length) };
  }
}

function tooLarge(digest: Digest, maxBytes: number): StoreError {
  return new StoreError(
    "too-large",
    `${formatDigest(digest)} is larger than one block of the cache, ${maxBytes} bytes; raise --size`,
  );
}
