import { describe, it } from "vitest";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { limits } from "../../shared/limits.ts";
import { createServices } from "../../shared/services/services.ts";
import { edgeCached } from "../../shared/stores/decorators/edge-cached.ts";
import { blobOf } from "../support/blobs.ts";
import { MIB, readAll, sameBytes } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { putInChunks } from "../support/in-chunks.ts";
import { MemoryBlobCache } from "../support/memory-blob-cache.ts";
import { CallCounter } from "../support/overriding.ts";
import { webHashers } from "../support/web-hashers.ts";

const call = callFor();

describe("a spliced blob", () => {
  it("comes from an edge cache, chunk by chunk, when it has come once", async ({ expect }) => {
    const counter = new CallCounter();
    const background: Promise<void>[] = [];
    const clock = new ManualClock();
    const { chunkLists, memory, store } = createCache({
      clock,
      decorate: (base) =>
        edgeCached(counter.decorate(base), {
          cache: new MemoryBlobCache(clock),
          clock,
          background: (work) => void background.push(work),
        }),
    });
    const blob = await blobOf(3 * MIB);
    const chunks = await putInChunks({ blobs: memory, chunkLists }, blob, MIB, call);
    const read = async (): Promise<boolean> => {
      const source = await store.get(blob.digest, { offset: 0 }, call);
      return source !== undefined && sameBytes(await readAll(source), blob.bytes);
    };
    expect(await read()).toBe(true);
    expect(counter.gets).toBe(1 + chunks.length);
    await Promise.all(background);
    expect(await read()).toBe(true);
    expect(counter.gets).toBe(2 + chunks.length);
  });

  it("is refused whole where no answer can hold it, and given in parts", async ({ expect }) => {
    const { memory, chunkLists, actionStore } = createCache();
    const { store, chunks } = createServices({
      blobs: memory,
      actions: actionStore,
      chunkLists,
      purges: new MemoryPurgeStore(),
      hashers: webHashers,
      digestFunctions: ["sha256"],
      codecs: [],
      readCeiling: { maxBytes: limits.splicedBytes, remedy: "read it in parts" },
    });
    const blob = await blobOf(3 * MIB);
    await putInChunks({ blobs: memory, chunkLists }, blob, MIB, call);
    await expect(store.get(blob.digest, { offset: 0 }, call)).rejects.toThrow("read it in parts");
    const part = await store.get(blob.digest, { offset: MIB }, call);
    expect(part && (await readAll(part)).byteLength).toBe(2 * MIB);
    expect((await chunks.split(blob.digest, call)).chunks).toHaveLength(3);
  });
});
