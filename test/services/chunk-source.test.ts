import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import type { BlobSource, BlobStore } from "../../shared/stores/blob-store.ts";
import { chunkSource } from "../../shared/stores/chunk-source.ts";
import type { Digest } from "../../shared/digest/digest.ts";
import { absentDigest } from "../support/blobs.ts";
import { bytesOf, concat, readAll, sameBytes } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { overriding } from "../support/overriding.ts";

const call = callFor();
const SIZES = [10, 1, 300, 7, 100, 100, 50, 1, 1, 900, 20, 33];

/** A store that knows what is open. */
async function setUp() {
  const cache = createCache();
  const watch = { open: 0, most: 0, asked: [] as string[] };
  const store: BlobStore = overriding(cache.memory, {
    get: async (name, range, ...rest) => {
      watch.asked.push(name.hash);
      const source = await cache.memory.get(name, range, ...rest);
      return source && watched(source, watch);
    },
  });
  const chunks: Digest[] = [];
  const parts: Uint8Array[] = [];
  for (const [index, size] of SIZES.entries()) {
    const { digest, bytes } = await cache.keep(bytesOf(size, index));
    chunks.push(digest);
    parts.push(bytes);
  }
  return { store, chunks, bytes: concat(parts), watch };
}

function watched(source: BlobSource, watch: { open: number; most: number }): BlobSource {
  watch.open += 1;
  watch.most = Math.max(watch.most, watch.open);
  return {
    sizeBytes: source.sizeBytes,
    [Symbol.asyncIterator]: () => source[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: async () => void (watch.open -= 1),
  };
}

describe("the bytes of chunks", () => {
  it("are those of every range", async ({ expect }) => {
    const { store, chunks, bytes } = await setUp();
    for (let offset = 0; offset <= bytes.byteLength; offset += 13) {
      for (const length of [undefined, 0, 1, 10, 400, 5000]) {
        const range = length === undefined ? { offset } : { offset, length };
        const source = chunkSource(store, chunks, range, call);
        expect(source.sizeBytes).toBe(bytes.byteLength);
        const end = length === undefined ? undefined : offset + length;
        expect(sameBytes(await readAll(source), bytes.subarray(offset, end))).toBe(true);
      }
    }
    const past = (): unknown => chunkSource(store, chunks, { offset: bytes.byteLength + 1 }, call);
    expect(past).toThrow(RangeError);
  });

  it("come from the chunks that are needed, and no others", async ({ expect }) => {
    const { store, chunks, watch } = await setUp();
    await readAll(chunkSource(store, chunks, { offset: 10, length: 301 }, call));
    expect(watch.asked).toEqual(chunks.slice(1, 3).map(({ hash }) => hash));
  });

  it("are read with a few chunks open ahead, and none afterwards", async ({ expect }) => {
    const { store, chunks, watch } = await setUp();
    await readAll(chunkSource(store, chunks, { offset: 0 }, call));
    expect(watch.most).toBeGreaterThan(1);
    expect(watch.most).toBeLessThanOrEqual(limits.chunksAhead + 1);
    expect(watch.open).toBe(0);
  });

  it("may be read slowly, though a chunk that was opened ahead has failed", async ({ expect }) => {
    const { store, chunks } = await setUp();
    const source = chunkSource(store, chunks.with(3, absentDigest(1, 7)), { offset: 0 }, call);
    const read = async (): Promise<void> => {
      for await (const _ of source) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await expect(read()).rejects.toMatchObject({ code: "unavailable" });
  });

  it("leave nothing open where the reader stops, or never begins", async ({ expect }) => {
    const { store, chunks, watch } = await setUp();
    for await (const _ of chunkSource(store, chunks, { offset: 0 }, call)) break;
    expect(watch.open).toBe(0);
    await chunkSource(store, chunks, { offset: 0 }, call)[Symbol.asyncDispose]();
    expect(watch.open).toBe(0);
  });

  it.for([0, 2, 5, 11])("end in an error where chunk %i is gone", async (index, { expect }) => {
    const { store, chunks, watch } = await setUp();
    const gone = chunks.with(index, absentDigest(1, SIZES[index]));
    const read = readAll(chunkSource(store, gone, { offset: 0 }, call));
    await expect(read).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
    expect(watch.open).toBe(0);
  });
});
