import { describe, it } from "vitest";
import type { BlobCache } from "../../shared/stores/blob-cache.ts";
import type { RowKey } from "../../shared/stores/indexed/row-key.ts";
import { bodyOf } from "../support/bodies.ts";
import { bytesOf, KIB, MIB, readAll, sameBytes } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { blobKeyAt } from "../support/rows.ts";

/** What the suite must know of an adapter. */
export interface BlobCacheTraits {
  /** A cache for one test that reads this clock, without the keys that the suite uses. */
  readonly create: (clock: ManualClock) => Promise<BlobCache>;
}

const MINUTE_MS = 60_000;
const whole = { offset: 0 };

/** Fills the cache as a read does, with every chunk's memory used again for the next. */
async function fill(
  cache: BlobCache,
  key: RowKey,
  bytes: Uint8Array,
  untilMs: number,
): Promise<void> {
  const writer = cache.fill(key, bytes.byteLength, untilMs).getWriter();
  for await (const chunk of bodyOf(bytes)) await writer.write(chunk);
  await writer.close();
}

async function holds(cache: BlobCache, key: RowKey, bytes: Uint8Array): Promise<boolean> {
  const source = await cache.get(key, whole, callFor().signal);
  if (source === undefined) return false;
  return source.sizeBytes === bytes.byteLength && sameBytes(await readAll(source), bytes);
}

/** Everything that the port promises, asked of one adapter. */
export function describeBlobCache(name: string, { create }: BlobCacheTraits): void {
  describe(`${name}, a blob cache`, () => {
    const bytes = bytesOf(300 * KIB);
    const createWith = async () => {
      const clock = new ManualClock();
      return { clock, cache: await create(clock), untilMs: clock.now() + MINUTE_MS };
    };

    it.for([1, 1000, 64 * KIB, 64 * KIB + 1, 3 * MIB])(
      "gives %i bytes back, as often as asked",
      async (size, { expect }) => {
        const { cache, untilMs } = await createWith();
        const blob = bytesOf(size);
        expect(await holds(cache, blobKeyAt(1), blob)).toBe(false);
        await fill(cache, blobKeyAt(1), blob, untilMs);
        for (let times = 0; times < 3; times++) {
          expect(await holds(cache, blobKeyAt(1), blob)).toBe(true);
        }
      },
    );

    const size = bytes.byteLength;
    it.for([
      [0, 1],
      [0, size],
      [0, size + 100],
      [1, undefined],
      [64 * KIB - 1, 64 * KIB + 2],
      [size - 1, undefined],
      [size - 1, 1],
      [size - 3, 100],
    ] as const)("gives the part from %i of length %s", async ([offset, length], { expect }) => {
      const { cache, untilMs } = await createWith();
      await fill(cache, blobKeyAt(1), bytes, untilMs);
      const range = length === undefined ? { offset } : { offset, length };
      const source = await cache.get(blobKeyAt(1), range, callFor().signal);
      const wanted = bytes.subarray(offset, length === undefined ? size : offset + length);
      expect(source?.sizeBytes).toBe(size);
      expect(source && sameBytes(await readAll(source), wanted)).toBe(true);
    });

    it.for([size, size + 1])(
      "leaves what begins at %i to the store",
      async (offset, { expect }) => {
        const { cache, untilMs } = await createWith();
        await fill(cache, blobKeyAt(1), bytes, untilMs);
        for (const range of [{ offset }, { offset, length: 10 }]) {
          expect(await cache.get(blobKeyAt(1), range, callFor().signal)).toBeUndefined();
        }
      },
    );

    it("keeps keys apart, and instances", async ({ expect }) => {
      const { cache, untilMs } = await createWith();
      await fill(cache, blobKeyAt(1, "main"), bytes, untilMs);
      for (const other of [blobKeyAt(1), blobKeyAt(2, "main"), blobKeyAt(1, "Main")]) {
        expect(await holds(cache, other, bytes)).toBe(false);
      }
      expect(await holds(cache, blobKeyAt(1, "main"), bytes)).toBe(true);
    });

    it("gives nothing when its time is over, by the clock of whoever reads", async ({ expect }) => {
      const { cache, clock, untilMs } = await createWith();
      await fill(cache, blobKeyAt(1), bytes, untilMs);
      clock.advance(MINUTE_MS);
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(true);
      clock.advance(1);
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(false);
      await fill(cache, blobKeyAt(1), bytes, clock.now() + MINUTE_MS);
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(true);
    });

    it("shows nothing before the end, and keeps nothing that was aborted", async ({ expect }) => {
      const { cache, untilMs } = await createWith();
      const writer = cache.fill(blobKeyAt(1), size, untilMs).getWriter();
      await writer.write(bytes.slice(0, 100 * KIB));
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(false);
      await writer.abort();
      expect(await cache.get(blobKeyAt(1), whole, callFor().signal)).toBeUndefined();
      await fill(cache, blobKeyAt(1), bytes, untilMs);
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(true);
    });

    it("forgets what it is told to, and nothing else", async ({ expect }) => {
      const { cache, untilMs } = await createWith();
      for (const key of [blobKeyAt(1), blobKeyAt(2)]) await fill(cache, key, bytes, untilMs);
      await cache.drop(blobKeyAt(1));
      await cache.drop(blobKeyAt(3));
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(false);
      expect(await holds(cache, blobKeyAt(2), bytes)).toBe(true);
    });

    it("keeps nothing of the wrong size", async ({ expect }) => {
      const { cache, untilMs } = await createWith();
      const writer = cache.fill(blobKeyAt(1), size, untilMs).getWriter();
      await writer.write(bytes.slice(1));
      await writer.close().catch(() => undefined);
      expect(await cache.get(blobKeyAt(1), whole, callFor().signal)).toBeUndefined();
    });

    it("ends reads when their calls do", async ({ expect }) => {
      const { cache, untilMs } = await createWith();
      await fill(cache, blobKeyAt(1), bytesOf(3 * MIB), untilMs);
      const { call, reason, abort } = abortableCall();
      const source = await cache.get(blobKeyAt(1), whole, call.signal);
      const reader = source?.[Symbol.asyncIterator]();
      expect((await reader?.next())?.done).toBe(false);
      abort();
      await expect(reader?.next()).rejects.toBe(reason);
      await expect(cache.get(blobKeyAt(1), whole, call.signal)).rejects.toBe(reason);
    });

    it("may be left before the first byte, or after it", async ({ expect }) => {
      const { cache, untilMs } = await createWith();
      await fill(cache, blobKeyAt(1), bytes, untilMs);
      await using unread = await cache.get(blobKeyAt(1), whole, callFor().signal);
      expect(unread?.sizeBytes).toBe(size);
      for await (const _ of (await cache.get(blobKeyAt(1), whole, callFor().signal)) ?? []) break;
      expect(await holds(cache, blobKeyAt(1), bytes)).toBe(true);
    });
  });
}
