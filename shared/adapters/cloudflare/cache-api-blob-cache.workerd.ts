import type { Clock } from "../../clock.ts";
import type { BlobCache } from "../../stores/blob-cache.ts";
import type { BlobSource, ByteRange } from "../../stores/blob-store.ts";
import type { RowKey } from "../../stores/indexed/row-key.ts";
import { StoreError } from "../../stores/store-error.ts";
import { untilAborted } from "../../until-aborted.ts";
import { bodySource } from "./stream-source.workerd.ts";

/** A host that no request from outside can name: what is kept under it is reached by this class alone. */
const ORIGIN = "https://cache.hayloft.internal";

/** Until when an entry may be given. The cache counts seconds by its own clock, from a time of its own choice. */
const UNTIL = "hayloft-until";

/**
 * Blobs in Cloudflare's cache, in the data centre that the Worker runs in: `caches.open` gives one that nobody else uses. On
 * workers.dev nothing is kept, and nothing else changes. Every call counts as a subrequest.
 */
export class CacheApiBlobCache implements BlobCache {
  readonly #cache: Cache;
  readonly #clock: Clock;

  constructor(cache: Cache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  async get(
    key: RowKey,
    { offset, length }: ByteRange,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    signal.throwIfAborted();
    const isWhole = offset === 0 && length === undefined;
    const end = length === undefined ? "" : offset + length - 1;
    const headers = new Headers(isWhole ? {} : { range: `bytes=${offset}-${end}` });
    const request = new Request(urlOf(key), { headers });
    const response = await untilAborted(this.#cache.match(request), signal);
    if (response?.body === null || response === undefined) return undefined;
    const sizeBytes = isWhole ? wholeSize(response) : partedSize(response);
    const isFresh = Number(response.headers.get(UNTIL)) >= this.#clock.now();
    if (sizeBytes !== undefined && isFresh) {
      const givenBytes = Math.min(length ?? sizeBytes, sizeBytes - offset);
      const source = bodySource(response, { sizeBytes, givenBytes }, cacheError, signal);
      return await untilAborted(source, signal);
    }
    await response.body.cancel();
    return undefined;
  }

  fill(key: RowKey, sizeBytes: number, untilMs: number): WritableStream<Uint8Array> {
    const { readable, writable } = new FixedLengthStream(sizeBytes);
    const seconds = Math.max(0, Math.ceil((untilMs - this.#clock.now()) / 1000));
    const headers = {
      "cache-control": `public, max-age=${seconds}`,
      "content-type": "application/octet-stream",
      [UNTIL]: String(untilMs),
    };
    const writer = writable.getWriter();
    // A cache that keeps nothing may also read nothing.
    const kept = this.#cache
      .put(urlOf(key), new Response(readable, { headers }))
      .finally(() => void writer.abort().catch(() => undefined));
    kept.catch(() => undefined);
    return new WritableStream({
      write: async (chunk: Uint8Array) => await writer.write(chunk),
      close: async () => {
        await writer.close();
        await kept;
      },
      abort: async () => {
        await writer.abort();
        await kept.catch(() => undefined);
        // A cache may keep what it had until then, under the length that was announced.
        await this.drop(key);
      },
    });
  }

  async drop(key: RowKey): Promise<void> {
    await this.#cache.delete(urlOf(key));
  }
}

function urlOf(key: RowKey): string {
  return `${ORIGIN}/${key}`;
}

/** The size of a blob that is given whole. */
function wholeSize({ status, headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return status === 200 && length !== null ? Number(length) : undefined;
}

/** The size of a blob that is given in part. */
function partedSize({ status, headers }: Response): number | undefined {
  const size = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  return status === 206 && size !== undefined ? Number(size) : undefined;
}

function cacheError(cause: unknown): StoreError {
  return new StoreError("unavailable", "Cloudflare's cache broke off; try again", { cause });
}
