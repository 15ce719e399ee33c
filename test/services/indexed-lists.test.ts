import { describe, it } from "vitest";
import type { BlobIndex } from "../../shared/stores/indexed/blob-index.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import type { ObjectStore } from "../../shared/stores/indexed/object-store.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bytesOf, KIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { countedIndex } from "../support/counted-index.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { webHashers } from "../support/web-hashers.ts";

const call = callFor();
const action = absentDigest(77);
const output = absentDigest(78, 150 * KIB);

/** Stores where an output is there as a list, so long that it is an object, and every lease is due. What is given can be slow or wrong. */
async function setUp(
  change: (parts: { readonly index: BlobIndex; readonly objects: ObjectStore }) => {
    readonly index?: Partial<BlobIndex>;
    readonly objects?: Partial<ObjectStore>;
  } = () => ({}),
) {
  const index = countedIndex(new MemoryBlobIndex({ joins: false }));
  const objects = countedObjects(new MemoryObjectStore({ hashers: webHashers }));
  const policy = { ...testPolicy, splicedBytes: 10 * KIB };
  const parts = indexedParts({ index, objects, policy });
  const { clock } = parts;
  const { blobs, chunkLists, actions } = createIndexedStores(parts);
  const { digest, bytes } = await blobOf(512);
  await blobs.put(digest, bodyOf(bytes), call);
  const chunks = Array.from({ length: 300 }, () => digest);
  await chunkLists.put(output, { chunks, cutBy: "unknown" }, call);
  await actions.put(action, { result: bytesOf(100), references: [output] }, call);
  clock.advance(testPolicy.renewEveryMs + 1);
  const changed = change(parts);
  const stores = createIndexedStores({
    ...parts,
    index: { ...index, ...changed.index },
    objects: { ...objects, ...changed.objects },
  });
  return { ...stores, clock };
}

describe("a list of chunks", () => {
  it("is renewed for a result that relies on it", async ({ expect }) => {
    const { actions } = await setUp();
    expect((await actions.get(action, call))?.completeness).toBe("complete");
  });

  it("that takes for ever to be read is not relied on", async ({ expect }) => {
    let tookMs = 0;
    const { actions, clock } = await setUp(({ objects }) => ({
      objects: {
        get: async (...args) => {
          clock.advance(tookMs);
          return await objects.get(...args);
        },
      },
    }));
    tookMs = testPolicy.renewEveryMs + 1;
    await expect(actions.get(action, call)).rejects.toMatchObject({
      name: "StoreError",
      code: "unavailable",
    });
  });

  it("that goes while it is renewed is not there", async ({ expect }) => {
    const { chunkLists } = await setUp(({ index }) => ({
      index: {
        renew: async (rows, ...args) => {
          await index.remove(rows, call.signal);
          return await index.renew(rows, ...args);
        },
      },
    }));
    expect(await chunkLists.get(output, call)).toBeUndefined();
  });
});
