import type { BlobCodec } from "../compression/blob-codec.ts";
import type { BlobName, Digest } from "../digest/digest.ts";
import type { Compressor } from "../digest/resource-name.ts";
import type { Soon } from "../soon.ts";
import type { Call } from "./call.ts";

/** A part of a blob. One that reaches past the end is cut there. */
export interface ByteRange {
  /** Bytes before the part; at most the blob's size. */
  readonly offset: number;
  /** Bytes in the part; to the end if left out. */
  readonly length?: number;
}

/** Bytes of a blob on their way out. Iterate it once, or dispose of it: an open file or connection may be behind it. */
export interface BlobSource extends AsyncIterable<Uint8Array>, AsyncDisposable {
  /** The whole blob's size, whatever the range. */
  readonly sizeBytes: number;
  /** The whole blob as it is kept, where it was asked for and is kept encoded. Iterate this or the source, not both. */
  readonly encoded?: EncodedBlob;
  /** All that iterating gives, where it is at hand. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /**
   * Takes back the memory of a chunk, to read others into it: nobody may look at the chunk any more. A chunk that is not given back stays
   * as it is.
   */
  readonly giveBack?: (chunk: Uint8Array) => void;
}

/** The bytes of a blob, encoded. */
export interface EncodedBlob extends AsyncIterable<Uint8Array> {
  readonly compressor: BlobCodec["compressor"];
  /** Bytes, encoded. */
  readonly sizeBytes: number;
}

/** A small blob, whole: encoded where it is kept so and its reader takes that. */
export interface BatchBlob {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly compressor: Compressor;
}

/** The trouble with one blob of a batch alone. */
export interface BlobTrouble {
  readonly error: unknown;
}

/** What became of one blob of a batch: `undefined` is a miss. */
export type BatchEntry = BatchBlob | BlobTrouble | undefined;

/** A small blob that is at hand. */
export interface WholeBlob {
  readonly digest: Digest;
  readonly data: Uint8Array;
}

/**
 * Content-addressable storage: blobs by digest, apart for each instance name.
 *
 * The lease: a digest that `findMissing` leaves out, a blob that `get` gives and a blob that `put` has taken stay readable for
 * at least `limits.leaseMs` from then. Trouble is a `StoreError`, never a miss. Every method stops when `call.signal` aborts,
 * by throwing its reason. What is known at once may be given, and trouble thrown, at once.
 */
export interface BlobStore {
  /** The largest blob that `put` takes. */
  readonly maxBlobBytes: number;

  /** Which of `digests` are absent, each named once. */
  findMissing(digests: readonly Digest[], call: Call): Soon<readonly Digest[]>;

  /** The blob, or a part of it: `undefined` is a miss. One round trip: never asks first whether it is there. */
  get(name: BlobName, range: ByteRange, call: Call): Soon<BlobSource | undefined>;

  /**
   * Small blobs, whole, in the order asked: as `get` gives each, and quicker than that where the store can. The caller bounds how many bytes
   * they have together. Blobs that are kept encoded come so where that is less and `accepted`.
   */
  getBatch(
    digests: readonly Digest[],
    call: Call,
    accepted?: Compressor,
  ): Promise<readonly BatchEntry[]>;

  /**
   * Takes a whole blob. Atomic: nothing is visible until it resolves, and a call that throws leaves nothing. Bytes that do not
   * match the digest are a `RequestError` "invalid-argument". A repeat is harmless. Buffers no more than a constant.
   */
  put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void>;

  /**
   * Takes small blobs that are at hand, each as `put` does, and quicker than that where the store can. What went wrong with each, in the
   * order given. The caller bounds how many bytes they have together.
   */
  putBatch(blobs: readonly WholeBlob[], call: Call): Promise<readonly (BlobTrouble | undefined)[]>;
}
