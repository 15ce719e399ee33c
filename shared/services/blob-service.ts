import { digestFunctions } from "../digest/digest-function.ts";
import { type Digest, formatDigest } from "../digest/digest.ts";
import type { Compressor } from "../digest/resource-name.ts";
import { limits } from "../limits.ts";
import { invalidArgument, RequestError } from "../request-error.ts";
import { type Soon, whenKnown } from "../soon.ts";
import type { BatchBlob, BlobSource, BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import { Turns } from "../turns.ts";

/** What became of one blob of a batch: its bytes, or why there are none. */
export type BatchReadResult =
  | ({ readonly digest: Digest } & BatchBlob)
  | { readonly digest: Digest; readonly error: unknown };

/** What a response message takes per entry beside the blob: its digest and framing, for the longest hashes. */
const RESPONSE_ENTRY_BYTES = 160;

/** What an entry without a blob takes instead: the reason. */
const RESPONSE_ERROR_BYTES = 224;

/** What one batch counts for at most among those that are read at once: four of the largest are. */
const MOST_OF_TURN_BYTES = limits.batchReadBytesAtOnce / 4;

/** Looking blobs up and reading them, by the REAPI's rules. */
export class BlobService {
  readonly #store: BlobStore;
  readonly #batches = new Turns(limits.batchReadBytesAtOnce);

  constructor(store: BlobStore) {
    this.#store = store;
  }

  /** Which of `digests` are absent; those left out stay readable for the lease. At once where it is known. */
  findMissing(digests: readonly Digest[], call: Call): Soon<readonly Digest[]> {
    if (digests.length === 0) return [];
    checkAnswerFits(digests);
    const { notes } = call;
    const [first] = digests;
    if (first) notes?.about(first);
    return whenKnown(this.#store.findMissing(digests, call), (missing) => {
      notes?.looked("cas", "find", digests.length - missing.length, missing.length);
      return missing;
    });
  }

  /**
   * A blob from `offset` on, at most `limit` bytes of it (0: all). NOT_FOUND where it is absent, OUT_OF_RANGE where the
   * offset lies outside it, in this order. At once where it is known.
   */
  read(digest: Digest, offset: bigint, limit: bigint, call: Call): Soon<BlobSource> {
    call.notes?.about(digest);
    if (limit < 0n) throw invalidArgument("read_limit", `${limit} is negative`);
    if (offset < 0n) throw new RequestError("out-of-range", `read_offset ${offset} is negative`);
    if (offset > BigInt(digest.sizeBytes)) return this.#refuseOffset(digest, offset, call);
    const left = BigInt(digest.sizeBytes) - offset;
    const length = limit === 0n || limit > left ? left : limit;
    // The whole of a blob may be given in other ways than a part of it.
    const range = {
      offset: Number(offset),
      ...(length === BigInt(digest.sizeBytes) ? {} : { length: Number(length) }),
    };
    return whenKnown(this.#store.get(digest, range, call), (source) => {
      if (source === undefined) throw missed(digest, call);
      noteGiven(Number(length), call);
      return source;
    });
  }

  async #refuseOffset(digest: Digest, offset: bigint, call: Call): Promise<never> {
    const missing = await this.#store.findMissing([digest], call);
    if (missing.length > 0) throw missed(digest, call);
    throw new RequestError(
      "out-of-range",
      `read_offset ${offset} is past the end of ${formatDigest(digest)}`,
    );
  }

  /**
   * Several small blobs at once. INVALID_ARGUMENT where they are more bytes than a batch may have; otherwise each one
   * succeeds or fails alone, in the order asked. What would make the response too large for a client's receive limit is
   * RESOURCE_EXHAUSTED, so that the client asks again.
   */
  async readBatch(
    digests: readonly Digest[],
    call: Call,
    accepted?: Compressor,
  ): Promise<readonly BatchReadResult[]> {
    const total = digests.reduce((sum, digest) => sum + digest.sizeBytes, 0);
    if (total > limits.batchBytes) throw batchTooLarge("digests", total);
    const fits = fitResponse(digests, total);
    const responseBytes = total + digests.length * RESPONSE_ENTRY_BYTES;
    using _ = await this.#batches.take(call.signal, Math.min(responseBytes, MOST_OF_TURN_BYTES));
    const [first] = digests;
    if (first) call.notes?.about(first);
    const asked =
      fits === undefined ? digests : digests.filter((__, index) => fits[index] === true);
    const found = (await this.#store.getBatch(asked, call, accepted)).values();
    let [hits, misses, bytes] = [0, 0, 0];
    const results = digests.map((digest, index): BatchReadResult => {
      if (fits?.[index] === false) return { digest, error: overflow() };
      const entry = found.next().value;
      if (entry === undefined) {
        misses += 1;
        return { digest, error: notFound(digest) };
      }
      if ("error" in entry) return { digest, error: entry.error };
      hits += 1;
      bytes += digest.sizeBytes;
      return { digest, data: entry.data, compressor: entry.compressor };
    });
    call.notes?.looked("cas", "get", hits, misses);
    call.notes?.moved(bytes);
    return results;
  }
}

/** What a digest takes in a message beside its hash and its size: framing. */
const DIGEST_FRAMING_BYTES = 5;

/** The same with the longest hash and the largest size. */
const MOST_DIGEST_BYTES = DIGEST_FRAMING_BYTES + 128 + 8;

/** All of them may be missing, and then all are in the answer. */
function checkAnswerFits(digests: readonly Digest[]): void {
  if (digests.length * MOST_DIGEST_BYTES <= limits.responseMessageBytes) return;
  let bytes = 0;
  for (const [index, digest] of digests.entries()) {
    const { hashLength } = digestFunctions[digest.function];
    bytes += DIGEST_FRAMING_BYTES + hashLength + varintBytes(digest.sizeBytes);
    if (bytes <= limits.responseMessageBytes) continue;
    throw invalidArgument(
      "blob_digests",
      `${digests.length} are more than an answer has room for; ask for at most ${index} at once`,
    );
  }
}

function varintBytes(value: number): number {
  return Math.max(1, Math.ceil(Math.log2(value + 1) / 7));
}

/** INVALID_ARGUMENT for a batch of `total` blob bytes. */
export function batchTooLarge(field: string, total: number): RequestError {
  return invalidArgument(
    field,
    `${total} bytes of blobs are more than a batch may have, ${limits.batchBytes}; use ByteStream`,
  );
}

function noteGiven(bytes: number, { notes }: Call): void {
  notes?.looked("cas", "get", 1, 0);
  notes?.moved(bytes);
}

/** Notes that a blob is not there; the error says so to the client. */
function missed(digest: Digest, { notes }: Call): RequestError {
  notes?.looked("cas", "get", 0, 1);
  return notFound(digest);
}

function notFound(digest: Digest): RequestError {
  return new RequestError("not-found", `${formatDigest(digest)} is not in the cache`);
}

/**
 * Which of the blobs, of `total` bytes, a response can hold; `undefined` where it can all of them. Any may turn out to be an error, which
 * takes its place.
 */
function fitResponse(digests: readonly Digest[], total: number): readonly boolean[] | undefined {
  const entryBytes = RESPONSE_ENTRY_BYTES + RESPONSE_ERROR_BYTES;
  let room = limits.responseMessageBytes - digests.length * entryBytes;
  if (room < 0) {
    const most = Math.floor(limits.responseMessageBytes / entryBytes);
    throw invalidArgument(
      "digests",
      `${digests.length} are more than a response has room for; ask for at most ${most} at once`,
    );
  }
  if (total <= room) return undefined;
  return digests.map(({ sizeBytes }) => {
    const extra = Math.max(0, sizeBytes - RESPONSE_ERROR_BYTES);
    const fit = extra <= room;
    if (fit) room -= extra;
    return fit;
  });
}

function overflow(): RequestError {
  const message = "does not fit the response after the others; ask for it again";
  return new RequestError("resource-exhausted", message);
}
