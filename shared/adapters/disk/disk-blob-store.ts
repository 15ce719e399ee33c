import { Breather } from "../../breather.ts";
import { collect, skim } from "../../bytes/collect.ts";
import { verified } from "../../bytes/verified.ts";
import { type BlobName, type Digest, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { BlobSource, BlobStore, ByteRange } from "../../stores/blob-store.ts";
import type { Call } from "../../stores/call.ts";
import { sourceOf } from "../../stores/source-of.ts";
import { StoreError } from "../../stores/store-error.ts";
import { type Key, Keys } from "./key.ts";
import { isAligned, type LocatedStore, PIECE_BYTES } from "./located-store.ts";
import type { Location } from "./location.ts";
import { PieceWriter } from "./piece-writer.ts";
import type { Verifier } from "./refresher.ts";
import { VerifiedPlaces } from "./verified-places.ts";

/** Blobs on blocks. Their bytes are checked against their digest on the way in, and on the way out unless they were of late. */
export class DiskBlobStore implements BlobStore {
  readonly maxBlobBytes: number;
  readonly #store: LocatedStore;
  readonly #hashers: Hashers;
  readonly #keys: Keys;
  readonly #verified: VerifiedPlaces;

  constructor(options: { store: LocatedStore; hashers: Hashers; now: () => number }) {
    this.#store = options.store;
    this.#hashers = options.hashers;
    this.#keys = new Keys({ kind: "blob", seed: options.store.seed, hashers: options.hashers });
    this.#verified = new VerifiedPlaces(options.now);
    this.maxBlobBytes = options.store.maxEntryBytes;
  }

  async findMissing(digests: readonly Digest[], call: Call): Promise<readonly Digest[]> {
    call.signal.throwIfAborted();
    const missing = new Map<string, Digest>();
    const breather = new Breather();
    for (const digest of digests) {
      await breather.after(1);
      const key = await this.#keys.of(digest, call.instanceName);
      if (this.#use(key, digest) === undefined) missing.set(formatDigest(digest), digest);
    }
    return [...missing.values()];
  }

  async get(name: BlobName, range: ByteRange, call: Call): Promise<BlobSource | undefined> {
    call.signal.throwIfAborted();
    const key = await this.#keys.of(name, call.instanceName);
    const location = this.#use(key, name);
    if (location === undefined) return undefined;
    const sizeBytes = location.length;
    if (range.offset > sizeBytes) {
      throw new RangeError(`offset ${range.offset} in a blob of ${sizeBytes} bytes`);
    }
    const end = Math.min(sizeBytes, range.offset + (range.length ?? sizeBytes));
    const part = { offset: range.offset, end };
    // Whole blobs are checked each time, as they cost no more than is read anyway.
    const isPart = end - part.offset < sizeBytes;
    if (isPart && sizeBytes > PIECE_BYTES && this.#verified.has(location)) {
      return sourceOf(sizeBytes, () => this.#pieces({ key, location }, part, call));
    }
    if (sizeBytes > PIECE_BYTES) {
      return sourceOf(sizeBytes, () => this.#verifiedPieces({ key, name, location }, part, call));
    }
    // A small blob is checked before anything is promised, so that a damaged one is simply not there.
    const bytes = await this.#store.readWhole(key, location);
    if (bytes === undefined) return undefined;
    const check = this.#verifier(name, sizeBytes);
    check.update(bytes);
    if (!(await check.finish())) {
      this.#store.drop(key, location);
      return undefined;
    }
    return sourceOf(sizeBytes, async function* () {
      call.signal.throwIfAborted();
      if (end > part.offset) yield bytes.subarray(part.offset, end);
    });
  }

  async put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    if (digest.sizeBytes > this.maxBlobBytes) throw tooLarge(digest, this.maxBlobBytes);
    call.signal.throwIfAborted();
    const key = await this.#keys.of(digest, call.instanceName);
    const checked = verified(digest, body, this.#hashers, call.signal);
    if (this.#use(key, digest) !== undefined) await skim(checked);
    else if (isAligned(digest.sizeBytes)) await this.#putLarge(key, digest, checked, call);
    else await this.#putSmall(key, digest, checked, call);
  }

  async #putSmall(
    key: Key,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    { signal }: Call,
  ): Promise<void> {
    const bytes = await collect(body, digest.sizeBytes);
    if (this.#use(key, digest) !== undefined) return;
    await this.#store.writeWhole(key, bytes, signal);
  }

  async #putLarge(
    key: Key,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    { signal }: Call,
  ): Promise<void> {
    const reservation = await this.#store.reserve(digest.sizeBytes, true, signal);
    try {
      const writer = new PieceWriter(PIECE_BYTES, async (at, piece) => {
        await this.#store.write(reservation, at, piece);
      });
      for await (const chunk of body) await writer.write(chunk);
      await writer.finish();
    } catch (error) {
      this.#store.giveBack(reservation);
      throw error;
    }
    // Another upload of it may have ended first.
    if (this.#use(key, digest) === undefined) this.#store.commit(key, reservation);
    else this.#store.giveBack(reservation);
  }

  #use(key: Key, name: BlobName): Location | undefined {
    const location = this.#store.use(key, (length) => this.#verifier(name, length));
    const isMeant = name.sizeBytes === undefined || name.sizeBytes === location?.length;
    return isMeant ? location : undefined;
  }

  #verifier({ function: name, hash }: BlobName, length: number): Verifier {
    const hasher = this.#hashers.create(name, length);
    return {
      update: (bytes) => hasher.update(bytes),
      finish: async () => (await hasher.finish()) === hash,
    };
  }

  async *#pieces(
    { key, location }: Place,
    part: Part,
    { signal }: Call,
  ): AsyncGenerator<Uint8Array> {
    for (let at = part.offset; at < part.end; at += PIECE_BYTES) {
      signal.throwIfAborted();
      const piece = new Uint8Array(Math.min(PIECE_BYTES, part.end - at));
      await this.#store.read(key, location, at, piece);
      yield piece;
    }
  }

  /** Reads the whole blob, to check it, whatever part is wanted; the last piece of it waits for the verdict. */
  async *#verifiedPieces(found: Found, part: Part, call: Call): AsyncGenerator<Uint8Array> {
    const { location, name } = found;
    const check = this.#verifier(name, location.length);
    let held: Uint8Array | undefined;
    let at = 0;
    const whole = { offset: 0, end: location.length };
    for await (const piece of this.#pieces(found, whole, call)) {
      check.update(piece);
      const wanted = piece.subarray(Math.max(0, part.offset - at), Math.max(0, part.end - at));
      at += piece.byteLength;
      if (wanted.byteLength === 0) continue;
      if (held !== undefined) yield held;
      held = wanted;
    }
    if (!(await check.finish())) {
      this.#store.drop(found.key, location);
      throw corrupt(name);
    }
    this.#verified.add(location);
    if (held !== undefined) yield held;
  }
}

interface Place {
  readonly key: Key;
  readonly location: Location;
}

interface Found extends Place {
  readonly name: BlobName;
}

interface Part {
  readonly offset: number;
  readonly end: number;
}

function tooLarge(digest: Digest, maxBytes: number): StoreError {
  return new StoreError(
    "too-large",
    `${formatDigest(digest)} is larger than one block of the cache, ${maxBytes} bytes; raise --size`,
  );
}

function corrupt(name: BlobName): StoreError {
  return new StoreError(
    "corrupt",
    `the stored bytes of ${formatDigest(name)} are damaged; the blob was dropped and can be uploaded again`,
  );
}
