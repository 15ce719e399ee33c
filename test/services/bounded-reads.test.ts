import { describe, it } from "vitest";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { boundedReads } from "../../shared/stores/decorators/bounded-reads.ts";
import { blobOf } from "../support/blobs.ts";
import { readAll } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { overriding } from "../support/overriding.ts";

const call = callFor();

async function* empty(): AsyncGenerator<Uint8Array, void, undefined> {}

function bounded(base: BlobStore): BlobStore {
  return boundedReads(base, { maxBytes: 999, remedy: "read it in parts" });
}

async function setUp() {
  const cache = createCache();
  const { digest, bytes } = await cache.keep((await blobOf(1000)).bytes);
  return { cache, store: bounded(cache.memory), digest, bytes };
}

describe("reads that an answer bounds", () => {
  it("are refused with the remedy where they would be cut off", async ({ expect }) => {
    const { store, digest } = await setUp();
    const refused =
      /1000 bytes of .* are more than the 999 that one answer can have; read it in parts/;
    await expect(store.get(digest, { offset: 0 }, call)).rejects.toThrow(refused);
    await expect(store.get(digest, { offset: 0, length: 5000 }, call)).rejects.toThrow(refused);
  });

  it.for([
    { offset: 1 },
    { offset: 0, length: 999 },
    { offset: 900, length: 5000 },
    { offset: 1000 },
  ])("are answered in parts that fit: %j", async (range, { expect }) => {
    const { store, digest, bytes } = await setUp();
    const { offset, length = bytes.byteLength } = range;
    await using source = await store.get(digest, range, call);
    expect(await readAll(source ?? empty())).toEqual(bytes.subarray(offset, offset + length));
  });

  it("that are refused leave nothing open", async ({ expect }) => {
    const { cache, digest } = await setUp();
    let disposed = 0;
    const watched = overriding(cache.memory, {
      get: async (...args) => {
        const source = await cache.memory.get(...args);
        const dispose = async (): Promise<void> => void (disposed += 1);
        return source === undefined ? undefined : { ...source, [Symbol.asyncDispose]: dispose };
      },
    });
    await expect(bounded(watched).get(digest, { offset: 0 }, call)).rejects.toThrow("parts");
    expect(disposed).toBe(1);
  });

  it("of what is not there are misses", async ({ expect }) => {
    const { store } = await setUp();
    const { digest } = await blobOf(1000, 2);
    expect(await store.get(digest, { offset: 0 }, call)).toBeUndefined();
  });
});
