import { describe, it } from "vitest";
import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkList, ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";

/** The stores of one test, empty. */
export interface ChunkListStoreUnderTest extends AsyncDisposable {
  readonly chunkLists: ChunkListStore;
  /** The store of the chunks. */
  readonly blobs: BlobStore;
  /** The store of action results beside it. */
  readonly actions: ActionStore;
}

/** What the suite must know of an adapter. */
export interface ChunkListStoreTraits {
  readonly create: () => Promise<ChunkListStoreUnderTest>;
}

const SIZE = 3_000_000;

/** The blob that the lists of these tests are of. No store looks at its bytes. */
const blob = absentDigest(1, SIZE);

/** A list whose chunks are absent. */
function absentList(...numbers: readonly number[]): ChunkList {
  return { chunks: numbers.map((number) => absentDigest(number, 1000)), cutBy: "unknown" };
}

/** A list whose chunks are there; each number has its own. */
async function presentList(
  { blobs }: ChunkListStoreUnderTest,
  ...numbers: readonly number[]
): Promise<ChunkList> {
  const chunks = await Promise.all(
    numbers.map(async (number) => {
      const { digest, bytes } = await blobOf(100, number);
      await blobs.put(digest, bodyOf(bytes), callFor());
      return digest;
    }),
  );
  return { chunks, cutBy: "unknown" };
}

/** Everything that the port promises, asked of one adapter. */
export function describeChunkListStore(name: string, traits: ChunkListStoreTraits): void {
  describe(`${name}, a store of chunk lists`, () => {
    describeLists(traits);
    describeNames(traits);
    describeReplacement(traits);
    describeAborts(traits);
  });
}

function describeLists({ create }: ChunkListStoreTraits): void {
  describe("lists", () => {
    it("miss with undefined", async ({ expect }) => {
      await using test = await create();
      expect(await test.chunkLists.get(blob, callFor())).toBeUndefined();
    });

    it("come as they were put, in order and with what repeats", async ({ expect }) => {
      await using test = await create();
      for (const [index, cutBy] of (["unknown", "fast-cdc-2020"] as const).entries()) {
        const digest = absentDigest(10 + index, SIZE);
        const list = { ...(await presentList(test, 3, 1, 2, 1, 1, 4)), cutBy };
        await test.chunkLists.put(digest, list, callFor());
        expect(await test.chunkLists.get(digest, callFor())).toMatchObject(list);
      }
    });

    it("may be long", async ({ expect }) => {
      await using test = await create();
      const { chunks, cutBy } = await presentList(test, 1, 2, 3, 4);
      const list = { chunks: Array.from({ length: 1250 }, () => chunks).flat(), cutBy };
      await test.chunkLists.put(blob, list, callFor());
      expect((await test.chunkLists.get(blob, callFor()))?.chunks).toEqual(list.chunks);
    });

    it("are never said to be complete while a chunk is absent", async ({ expect }) => {
      await using test = await create();
      const present = await presentList(test, 1);
      const list = { ...present, chunks: [...present.chunks, absentDigest(5)] };
      await test.chunkLists.put(blob, list, callFor());
      const found = await test.chunkLists.get(blob, callFor());
      expect(found?.completeness).not.toBe("complete");
    });

    it("are never said to be incomplete while all chunks are there", async ({ expect }) => {
      await using test = await create();
      const list = await presentList(test, 1);
      await test.chunkLists.put(blob, list, callFor());
      const found = await test.chunkLists.get(blob, callFor());
      expect(found?.chunks).toEqual(list.chunks);
      expect(found?.completeness).not.toBe("incomplete");
    });
  });
}

function describeNames({ create }: ChunkListStoreTraits): void {
  describe("names", () => {
    it("may lack the size, as over HTTP, but not have a wrong one", async ({ expect }) => {
      await using test = await create();
      const list = await presentList(test, 2);
      await test.chunkLists.put(blob, list, callFor());
      const { sizeBytes: _, ...name } = blob;
      expect(await test.chunkLists.get(name, callFor())).toMatchObject(list);
      const other = { ...blob, sizeBytes: SIZE + 1 };
      expect(await test.chunkLists.get(other, callFor())).toBeUndefined();
    });

    it("of instances and digest functions are apart", async ({ expect }) => {
      await using test = await create();
      const { digest, bytes } = await blobOf(100, 2);
      await test.blobs.put(digest, bodyOf(bytes), callFor("main"));
      const list: ChunkList = { chunks: [digest], cutBy: "unknown" };
      await test.chunkLists.put(blob, list, callFor("main"));
      expect(await test.chunkLists.get(blob, callFor("main"))).toMatchObject(list);
      for (const other of ["", "main/x", "Main"]) {
        expect(await test.chunkLists.get(blob, callFor(other))).toBeUndefined();
      }
      const alike = { ...blob, function: "blake3" } as const;
      expect(await test.chunkLists.get(alike, callFor("main"))).toBeUndefined();
    });

    it("are where their blobs are, for instances that share these", async ({ expect }) => {
      await using test = await create();
      const { digest, bytes } = await blobOf(100, 2);
      const sharing = { ...callFor("main/x"), blobScope: callFor("main").instanceName };
      await test.blobs.put(digest, bodyOf(bytes), sharing);
      const list: ChunkList = { chunks: [digest], cutBy: "unknown" };
      await test.chunkLists.put(blob, list, sharing);
      expect(await test.chunkLists.get(blob, sharing)).toMatchObject(list);
      expect(await test.chunkLists.get(blob, callFor("main"))).toMatchObject(list);
      expect(await test.chunkLists.get(blob, callFor("main/x"))).toBeUndefined();
    });

    it("are apart from those of action results", async ({ expect }) => {
      await using test = await create();
      const entry = { result: bytesOf(10), references: [absentDigest(9)] };
      await test.actions.put(blob, entry, callFor());
      expect(await test.chunkLists.get(blob, callFor())).toBeUndefined();
      const list = await presentList(test, 2);
      await test.chunkLists.put(blob, list, callFor());
      expect(await test.actions.get(blob, callFor())).toMatchObject(entry);
      expect(await test.chunkLists.get(blob, callFor())).toMatchObject(list);
    });
  });
}

function describeReplacement({ create }: ChunkListStoreTraits): void {
  describe("a list for a blob that has one", () => {
    it("takes the place of one that lacks a chunk", async ({ expect }) => {
      await using test = await create();
      await test.chunkLists.put(blob, absentList(2, 3), callFor());
      const list = await presentList(test, 1);
      await test.chunkLists.put(blob, list, callFor());
      expect(await test.chunkLists.get(blob, callFor())).toMatchObject(list);
    });

    it("may find that the other one stays, if that is complete", async ({ expect }) => {
      await using test = await create();
      const lists = [await presentList(test, 1), await presentList(test, 2)] as const;
      for (const list of lists) await test.chunkLists.put(blob, list, callFor());
      const found = await test.chunkLists.get(blob, callFor());
      expect(lists.map(({ chunks }) => chunks)).toContainEqual(found?.chunks);
    });

    it("is one of many that are put at once", async ({ expect }) => {
      await using test = await create();
      const lists = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => await presentList(test, index + 1)),
      );
      await Promise.all(lists.map((list) => test.chunkLists.put(blob, list, callFor())));
      const found = await test.chunkLists.get(blob, callFor());
      expect(lists.map(({ chunks }) => chunks)).toContainEqual(found?.chunks);
    });
  });
}

function describeAborts({ create }: ChunkListStoreTraits): void {
  describe("a call that is over before it begins", () => {
    it("neither gets nor puts", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      abort();
      await expect(test.chunkLists.put(blob, absentList(2), call)).rejects.toBe(reason);
      await expect(test.chunkLists.get(blob, call)).rejects.toBe(reason);
      expect(await test.chunkLists.get(blob, callFor())).toBeUndefined();
    });
  });
}
