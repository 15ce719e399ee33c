import { collect, iterate } from "../../../shared/bytes/collect.ts";
import { counted } from "../../../shared/bytes/verified.ts";
import type { Digest } from "../../../shared/digest/digest.ts";
import type { BlobSource, ByteRange } from "../../../shared/stores/blob-store.ts";
import type { ObjectKey } from "../../../shared/stores/indexed/object-key.ts";
import type {
  InspectedObject,
  MultipartUploads,
  ObjectStore,
  Presigner,
} from "../../../shared/stores/indexed/object-store.ts";
import { listOf } from "../../support/list-of.ts";
import type { Bucket } from "./bucket.ts";
import type { Machine } from "./machine.ts";
import type { Wire } from "./wire.ts";

export interface FaultyObjectsOptions {
  readonly wire: Wire;
  readonly bucket: Bucket;
  readonly machine: Machine;
  /** The longest that a request takes to have its effect. */
  readonly withinMs: number;
}

/** What requests are aborted by is the wire's to know. */
const { signal: never } = new AbortController();

/** A bucket as one machine reaches it. */
export class FaultyObjects implements ObjectStore {
  readonly maxPutBytes: number;
  readonly multipart: MultipartUploads;
  /** The URLs are the keys. */
  readonly presigner: Presigner = {
    get: async (url) => ({ method: "GET", url, headers: {} }),
    put: async (url) => ({ method: "PUT", url, headers: {} }),
    putPart: async (url, { uploadId }) => ({
      method: "PUT",
      url,
      headers: { "upload-id": uploadId },
    }),
  };
  readonly #options: FaultyObjectsOptions;

  constructor(options: FaultyObjectsOptions) {
    this.#options = options;
    this.maxPutBytes = options.bucket.objects.maxPutBytes;
    this.multipart = this.#multipart();
  }

  verifies(digest: Digest): boolean {
    return this.#options.bucket.objects.verifies(digest);
  }

  async put(
    key: ObjectKey,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const bytes = await collect(counted(digest, body, signal), digest.sizeBytes);
    const put = (objects: ObjectStore): Promise<void> =>
      objects.put(key, digest, iterate([bytes]), never);
    await this.#change("put object", put, signal);
  }

  async get(
    key: ObjectKey,
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    const get = (objects: ObjectStore): Promise<BlobSource | undefined> =>
      objects.get(key, range, never);
    return await this.#change("get object", get, signal);
  }

  async inspect(
    key: ObjectKey,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<InspectedObject | undefined> {
    const inspect = (objects: ObjectStore): Promise<InspectedObject | undefined> =>
      objects.inspect(key, digest, never);
    return await this.#change("inspect object", inspect, signal);
  }

  async delete(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void> {
    await this.#change("delete objects", (objects) => objects.delete(keys, never), signal);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<readonly string[], void> {
    const list = (objects: ObjectStore): Promise<readonly (readonly string[])[]> =>
      listOf(objects.list(prefix, never));
    yield* await this.#change("list objects", list, signal);
  }

  #multipart(): MultipartUploads {
    const { multipart } = this.#options.bucket.objects;
    return {
      maxParts: multipart.maxParts,
      create: (key, signal) =>
        this.#change("create upload", () => multipart.create(key, never), signal),
      // oxlint-disable-next-line max-params -- the port's own.
      putPart: (key, uploadId, number, bytes, signal) => {
        const sent = bytes.slice();
        const put = () => multipart.putPart(key, uploadId, number, sent, never);
        return this.#change("put part", put, signal);
      },
      complete: (key, uploadId, parts, signal) => {
        const complete = () => multipart.complete(key, uploadId, parts, never);
        return this.#change("complete upload", complete, signal);
      },
      abort: (key, uploadId) =>
        this.#change(
          "abort upload",
          () => multipart.abort(key, uploadId),
          new AbortController().signal,
        ),
    };
  }

  async #change<T>(
    name: string,
    work: (objects: ObjectStore) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { wire, machine, withinMs, bucket } = this.#options;
    const effect = async (): Promise<T> => await bucket.change(work);
    return await wire.send({ name, from: machine, withinMs, signal, effect });
  }
}
