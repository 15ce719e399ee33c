import { abortable } from "../../bytes/abortable.ts";
import { collectUpTo, iterate, skim } from "../../bytes/collect.ts";
import { peek } from "../../bytes/peek.ts";
import { verified } from "../../bytes/verified.ts";
import type { BlobCodec } from "../../compression/blob-codec.ts";
import type { Digest } from "../../digest/digest.ts";
import { limits } from "../../limits.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { type ObjectKey, objectKeyOf } from "./object-key.ts";
import { inParts, writeInParts } from "./object-parts.ts";
import type { MultipartUploads } from "./object-store.ts";
import { ObjectWriter } from "./object-writer.ts";
import type { RowKey } from "./row-key.ts";
import { encodedUpload, type UploadId } from "./upload-id.ts";

/** What names an object. */
interface Begun {
  readonly key: RowKey;
  readonly upload: UploadId;
}

/** Writes objects whose bytes are right, encoded where that is asked for and spares enough, and plain otherwise. */
export class EncodingWriter {
  readonly #parts: IndexedParts;
  readonly #plain: ObjectWriter;
  /** One part of an encoded object in parts; what does not fill one is written at once. */
  readonly #partBytes: number;

  constructor(parts: IndexedParts) {
    this.#parts = parts;
    this.#plain = new ObjectWriter(parts.objects, parts.hashers);
    this.#partBytes = Math.min(limits.encodedPartBytes, parts.objects.maxPutBytes);
  }

  /** The largest object that can be written, in plain bytes. */
  get maxBytes(): number {
    return this.#plain.maxBytes;
  }

  /**
   * Resolves when the object is there, with exactly the bytes of the digest; others are INVALID_ARGUMENT. The upload that names it: as
   * it was begun, or what makes of it the name of an encoded object.
   */
  async write(
    begun: Begun,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<UploadId> {
    const { codec, minSaving } = this.#parts.compression;
    const { multipart } = this.#parts.objects;
    // Of what is encoded as it comes nobody knows whether it will fit into one request.
    if (minSaving === undefined || multipart === undefined) {
      await this.#plain.write(objectKeyOf(begun), digest, body, signal);
      return begun.upload;
    }
    using peeked = await peek(abortable(body, signal), limits.probeBytes);
    const { head, whole } = peeked;
    const probe = await encodedIfSmaller(codec, head, minSaving);
    if (probe === undefined) {
      await this.#plain.write(objectKeyOf(begun), digest, whole, signal);
      return begun.upload;
    }
    const upload = encodedUpload(begun.upload);
    const key = objectKeyOf({ ...begun, upload });
    const bytes = verified(digest, whole, this.#parts.hashers, signal);
    const isProbeAll = head.byteLength === digest.sizeBytes;
    const encoded = isProbeAll ? after(bytes, probe) : codec.encode(bytes, digest.sizeBytes);
    await this.#writeAsItComes(multipart, key, encoded, signal);
    return upload;
  }

  /** The bytes are right if they end well. */
  async #writeAsItComes(
    multipart: MultipartUploads,
    key: ObjectKey,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const parts = inParts(bytes, this.#partBytes);
    try {
      const begun = await parts.next();
      const first = begun.done === true ? new Uint8Array() : begun.value;
      if (first.byteLength < this.#partBytes) await this.#put(key, first, signal);
      else await writeInParts(multipart, key, beginningWith(first, parts), signal);
    } finally {
      await parts.return();
    }
  }

  async #put(key: ObjectKey, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const sizeBytes = bytes.byteLength;
    const hasher = this.#parts.hashers.create("sha256", sizeBytes);
    hasher.update(bytes);
    const digest: Digest = { function: "sha256", hash: await hasher.finish(), sizeBytes };
    await this.#parts.objects.put(key, digest, iterate([bytes]), signal);
  }
}

/** The bytes, encoded, if that spares such a share of them. */
async function encodedIfSmaller(
  codec: BlobCodec,
  bytes: Uint8Array,
  minSaving: number,
): Promise<Uint8Array | undefined> {
  const mostBytes = Math.floor(bytes.byteLength * (1 - minSaving));
  return await collectUpTo(codec.encode(iterate([bytes]), bytes.byteLength), mostBytes);
}

/** What is given once the bytes have ended well. */
async function* after(
  bytes: AsyncIterable<Uint8Array>,
  last: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  await skim(bytes);
  yield last;
}

async function* beginningWith(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}
