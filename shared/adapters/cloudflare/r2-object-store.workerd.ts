import { counted, mismatch } from "../../bytes/verified.ts";
import { WholeBody } from "../../bytes/whole-body.ts";
import type { DigestFunction } from "../../digest/digest-function.ts";
import { type Digest, formatDigest } from "../../digest/digest.ts";
import type { BlobSource, ByteRange } from "../../stores/blob-store.ts";
import type { ObjectKey } from "../../stores/indexed/object-key.ts";
import type {
  InspectedObject,
  MultipartUploads,
  ObjectStore,
} from "../../stores/indexed/object-store.ts";
import { sourceOf } from "../../stores/source-of.ts";
import { StoreError } from "../../stores/store-error.ts";
import { untilAborted } from "../../until-aborted.ts";
import { giveStream } from "./give-stream.workerd.ts";
import { isBadDigest, mayBeInvalidRange, objectError } from "./r2-errors.ts";
import { R2MultipartUploads } from "./r2-multipart-uploads.workerd.ts";
import { askedAgain } from "./r2-requests.workerd.ts";
import { bodySource } from "./stream-source.workerd.ts";

/** R2's own limit for one request: 5 GiB without 5 MiB. */
const MAX_PUT_BYTES = 5 * 1024 ** 3 - 5 * 1024 ** 2;

/** As many objects as R2 deletes with one request. */
const KEYS_PER_DELETION = 1000;

/** The digest functions of which R2 checks a hash, by the names of R2's options. */
const checked = ["sha256", "sha1", "md5", "sha384", "sha512"] as const;
type Checked = (typeof checked)[number];

/**
 * The objects of an indexed store in an R2 bucket, by its binding. Buffers nothing: each chunk of an upload waits until R2 has taken
 * the one before. Reads and deletions are made again where R2 says that this may help; an upload is its client's to send again.
 */
export class R2ObjectStore implements ObjectStore {
  readonly maxPutBytes: number = MAX_PUT_BYTES;
  readonly multipart: MultipartUploads;
  readonly #bucket: R2Bucket;

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket;
    this.multipart = new R2MultipartUploads(bucket);
  }

  verifies(digest: Digest): boolean {
    return isChecked(digest.function);
  }

  async put(
    key: ObjectKey,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { function: name, hash, sizeBytes } = digest;
    if (sizeBytes > MAX_PUT_BYTES) {
      throw new StoreError(
        "too-large",
        `${formatDigest(digest)} is above the ${MAX_PUT_BYTES} bytes that R2 takes at once; upload it in parts`,
      );
    }
    const options = isChecked(name) ? { [name]: hash } : {};
    const take = async (content: ReadableStream | Uint8Array): Promise<void> => {
      try {
        await this.#bucket.put(key, content, options);
      } catch (error) {
        throw isBadDigest(error) ? mismatch(digest, "has another hash") : objectError(error);
      }
    };
    if (body instanceof WholeBody) {
      const { bytes } = body;
      if (bytes.byteLength !== sizeBytes) throw mismatch(digest, `has ${bytes.byteLength} bytes`);
      await untilAborted(take(bytes), signal);
      return;
    }
    await giveStream((until) => counted(digest, body, until), sizeBytes, take, signal);
  }

  async get(
    key: ObjectKey,
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    signal.throwIfAborted();
    if (range.length === 0) return await this.#emptyPart(key, range.offset, signal);
    const options = range.offset === 0 && range.length === undefined ? {} : { range };
    try {
      const open = async (): Promise<BlobSource | undefined> => {
        const object = await this.#bucket.get(key, options);
        if (object === null) return undefined;
        const left = object.size - range.offset;
        const givenBytes = Math.min(range.length ?? left, left);
        return await bodySource(
          object,
          { sizeBytes: object.size, givenBytes },
          objectError,
          signal,
        );
      };
      return await askedAgain(open, signal);
    } catch (error) {
      if (!mayBeInvalidRange(error)) throw error;
      const part = await this.#emptyPart(key, range.offset, signal);
      if (part !== undefined && range.offset < part.sizeBytes) throw error;
      return part;
    }
  }

  async inspect(
    key: ObjectKey,
    { function: name, hash, sizeBytes }: Digest,
    signal: AbortSignal,
  ): Promise<InspectedObject | undefined> {
    const object = await askedAgain(() => this.#bucket.head(key), signal);
    if (object === null) return undefined;
    const found = isChecked(name) ? object.checksums.toJSON()[name] : undefined;
    return { sizeBytes: object.size, isVerified: found === hash && object.size === sizeBytes };
  }

  async delete(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (let at = 0; at < keys.length; at += KEYS_PER_DELETION) {
      const some = keys.slice(at, at + KEYS_PER_DELETION);
      await askedAgain(() => this.#bucket.delete(some), signal);
    }
  }

  async *list(
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly string[], void, undefined> {
    let from: { readonly cursor?: string } | undefined = {};
    while (from !== undefined) {
      const options: R2ListOptions = { prefix, ...from };
      const page = await askedAgain(() => this.#bucket.list(options), signal);
      yield page.objects.map(({ key }) => key);
      from = page.truncated ? { cursor: page.cursor } : undefined;
    }
  }

  /** A part without bytes: R2 has no range for it. */
  async #emptyPart(
    key: ObjectKey,
    offset: number,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    const object = await askedAgain(() => this.#bucket.head(key), signal);
    if (object === null) return undefined;
    if (offset > object.size) {
      throw new RangeError(`offset ${offset} in an object of ${object.size} bytes`);
    }
    return sourceOf(object.size, async function* () {});
  }
}

function isChecked(name: DigestFunction): name is Checked {
  return checked.some((each) => each === name);
}
