import { type BlobName, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { StoreError } from "../../stores/store-error.ts";
import { blobVerifier } from "./blob-verifier.ts";
import type { Entries } from "./entries.ts";
import type { Key } from "./key.ts";
import { PIECE_BYTES } from "./located-store.ts";
import type { Location } from "./location.ts";
import type { PiecePools } from "./piece-pools.ts";
import { VerifiedPlaces } from "./verified-places.ts";
import { VerifiedSums } from "./verified-sums.ts";
import { readWhole } from "./whole-entries.ts";

/** A blob of one piece, and where it is. */
export interface Small {
  readonly name: BlobName;
  readonly location: Location;
}

/** A blob that was looked up. */
export interface Found extends Small {
  readonly key: Key;
}

/** Which of its bytes are wanted. */
export interface Part {
  readonly offset: number;
  readonly end: number;
}

export interface BlobReaderOptions {
  readonly store: Entries;
  readonly hashers: Hashers;
  readonly now: () => number;
  readonly memory: PiecePools;
}

/** Reads blobs, and checks all that it gives: against their hash, or where that was right of late against checksums of then. */
export class BlobReader {
  readonly #store: Entries;
  readonly #hashers: Hashers;
  readonly #verified: VerifiedPlaces;
  readonly #verifiedSums: VerifiedSums;
  readonly #memory: PiecePools;

  constructor({ store, hashers, now, memory }: BlobReaderOptions) {
    this.#store = store;
    this.#hashers = hashers;
    this.#memory = memory;
    this.#verified = new VerifiedPlaces(store.maxEntryBytes, now);
    this.#verifiedSums = new VerifiedSums({ blockBytes: store.maxEntryBytes, now });
  }

  /** All of a blob of one piece; `undefined` where it is damaged, and dropped for that. At once where it can be. */
  readWhole(found: Found): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = this.#memory.take(found.location.length);
    const isRead = readWhole(this.#store, found.key, found.location, bytes);
    const isRight = isRead === true ? this.isRight(found, bytes) : undefined;
    return isRight === true ? bytes : this.#ifRight(found, bytes, isRead, isRight);
  }

  async #ifRight(
    found: Found,
    bytes: Uint8Array<ArrayBuffer>,
    isRead: boolean | Promise<boolean>,
    isRight: boolean | Promise<boolean> | undefined,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!(await isRead)) return undefined;
    if (await (isRight ?? this.isRight(found, bytes))) return bytes;
    await this.#store.drop(found.key, found.location);
    return undefined;
  }

  /** Whether what was read of a blob of one piece is what it should be. At once where it was of late. */
  isRight({ location, name }: Small, bytes: Uint8Array): boolean | Promise<boolean> {
    const known = this.#verifiedSums.find(location);
    if (known === undefined) return this.#hasHash(name, location, bytes);
    return known === this.#hashers.checksum(bytes);
  }

  async #hasHash(name: BlobName, location: Location, bytes: Uint8Array): Promise<boolean> {
    const isRight = (await this.#hashers.hash(name.function, bytes)) === name.hash;
    if (isRight) this.#verifiedSums.add(location, this.#hashers.checksum(bytes));
    return isRight;
  }

  /** A part of a blob of several pieces. Throws `StoreError` "corrupt" where it is damaged, before all of the part was given. */
  readPieces(found: Found, part: Part, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const checksums = this.#verified.find(found.location);
    return checksums === undefined
      ? this.#hashedPieces(found, part, signal)
      : this.#checkedPieces(found, part, checksums, signal);
  }

  async *#checkedPieces(
    found: Found,
    part: Part,
    checksums: readonly number[],
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    if (part.offset === part.end) return;
    const first = Math.floor(part.offset / PIECE_BYTES);
    for (let index = first; index * PIECE_BYTES < part.end; index++) {
      signal.throwIfAborted();
      const piece = await this.#readPiece(found, index);
      if (this.#hashers.checksum(piece) !== checksums[index]) throw await this.#corrupt(found);
      yield wantedOf(piece, index * PIECE_BYTES, part);
    }
  }

  /** Reads the whole blob, to check it, whatever part is wanted; the last piece of it waits for the verdict. */
  async *#hashedPieces(found: Found, part: Part, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { location, name } = found;
    const check = blobVerifier(this.#hashers, name, location.length);
    const checksums: number[] = [];
    let held: Uint8Array | undefined;
    for (let index = 0; index * PIECE_BYTES < location.length; index++) {
      signal.throwIfAborted();
      const piece = await this.#readPiece(found, index);
      check.update(piece);
      checksums.push(this.#hashers.checksum(piece));
      const wanted = wantedOf(piece, index * PIECE_BYTES, part);
      if (wanted.byteLength === 0) continue;
      if (held !== undefined) yield held;
      held = wanted;
    }
    if (!(await check.finish())) throw await this.#corrupt(found);
    this.#verified.add(location, checksums);
    if (held !== undefined) yield held;
  }

  async #readPiece({ key, location }: Found, index: number): Promise<Uint8Array> {
    const at = index * PIECE_BYTES;
    const piece = this.#memory.take(Math.min(PIECE_BYTES, location.length - at));
    await this.#store.read(key, location, at, piece);
    return piece;
  }

  async #corrupt({ key, name, location }: Found): Promise<StoreError> {
    await this.#store.drop(key, location);
    return new StoreError(
      "corrupt",
      `the stored bytes of ${formatDigest(name)} are damaged; the blob was dropped and can be uploaded again`,
    );
  }
}

/** What of a piece, which begins `at` bytes into its blob, belongs to a part. */
function wantedOf(piece: Uint8Array, at: number, part: Part): Uint8Array {
  if (part.offset <= at && part.end >= at + piece.byteLength) return piece;
  return piece.subarray(Math.max(0, part.offset - at), Math.max(0, part.end - at));
}
