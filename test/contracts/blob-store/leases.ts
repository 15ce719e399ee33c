import { describe, it } from "vitest";
import { StoreError } from "../../../shared/stores/store-error.ts";
import { blobOf, type TestBlob } from "../../support/blobs.ts";
import { readAll, sameBytes } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import {
  type BlobStoreTraits,
  type BlobStoreUnderTest,
  holds,
  isMissing,
  press,
  put,
} from "./under-test.ts";

/** What a store is told of a blob that grants its lease anew. */
const uses: readonly {
  readonly name: string;
  readonly use: (test: BlobStoreUnderTest, blob: TestBlob) => Promise<unknown>;
}[] = [
  { name: "put", use: ({ store }, blob) => put(store, blob) },
  { name: "findMissing", use: ({ store }, blob) => isMissing(store, blob.digest) },
  {
    name: "get",
    use: async ({ store }, { digest }) => {
      await using source = await store.get(digest, { offset: 0 }, callFor());
      return source?.sizeBytes;
    },
  },
  {
    name: "putBatch",
    use: async ({ store }, { digest, bytes }) =>
      await store.putBatch([{ digest, data: bytes.slice() }], callFor()),
  },
  {
    name: "getBatch",
    use: async ({ store }, { digest }) => await store.getBatch([digest], callFor()),
  },
];

/** The promise that builds rely on: what was said to be there stays there for the lease. */
export function describeLeases({
  create,
  leaseMs,
  capacityBytes,
  ...traits
}: BlobStoreTraits): void {
  describe("leases", () => {
    it.for(uses)("keeps a blob for the lease after $name", async ({ use }, { expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      await put(test.store, blob);
      test.clock.advance(leaseMs - 1);
      await use(test, blob);
      test.clock.advance(leaseMs - 1);
      if (capacityBytes !== undefined) await press(test, capacityBytes, 1);
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("never goes back on an answer when the store is full", async ({ expect }) => {
      await using test = await create();
      const { taken } = await press(test, capacityBytes ?? 1000, 1);
      test.clock.advance(leaseMs - 1);
      if (capacityBytes !== undefined) await press(test, capacityBytes, 2);
      const kept = await Promise.all(taken.map((blob) => holds(test.store, blob)));
      expect(kept).toEqual(taken.map(() => true));
    });
  });

  describe.runIf(capacityBytes !== undefined)("a full store", () => {
    const capacity = capacityBytes ?? 0;

    it("holds what it says, and refuses more as exhausted while leases last", async ({
      expect,
    }) => {
      await using test = await create();
      const { taken, refused } = await press(test, capacity, 1);
      expect(refused).toBe(true);
      expect(taken.length).toBeGreaterThanOrEqual(12);
      expect(taken.length).toBeLessThanOrEqual(16);
      const one = await blobOf(Math.min(test.store.maxBlobBytes, Math.floor(capacity / 2)), 77);
      await expect(put(test.store, one)).rejects.toMatchObject({
        name: "StoreError",
        code: "exhausted",
      });
      expect(await isMissing(test.store, one.digest)).toBe(true);
    });

    it("makes room when leases have ended", async ({ expect }) => {
      await using test = await create();
      const before = await press(test, capacity, 1);
      test.clock.advance(leaseMs + 1);
      const after = await press(test, capacity, 2);
      expect(after.taken.length).toBe(before.taken.length);
      expect(await Promise.all(after.taken.map((blob) => holds(test.store, blob)))).not.toContain(
        false,
      );
    });

    it.for(uses)(
      "keeps what $name was asked of, and evicts the rest",
      async ({ use }, { expect }) => {
        await using test = await create();
        const { taken } = await press(test, capacity, 1);
        test.clock.advance(leaseMs + 1);
        const used = taken.slice(0, 4);
        for (const blob of used) await use(test, blob);
        const { refused } = await press(test, capacity, 2);
        expect(refused).toBe(true);
        expect(await Promise.all(used.map((blob) => holds(test.store, blob)))).not.toContain(false);
        const rest = await test.store.findMissing(
          taken.slice(4).map(({ digest }) => digest),
          callFor(),
        );
        expect(rest).toHaveLength(taken.length - 4);
      },
    );

    it.runIf(traits.evictsInOrderOfUse === true)("evicts in order of use", async ({ expect }) => {
      await using test = await create();
      const { taken } = await press(test, capacity, 1);
      const used = taken.slice(0, 5);
      for (const blob of used) await holds(test.store, blob);
      test.clock.advance(leaseMs + 1);
      await put(
        test.store,
        await blobOf(Math.min(test.store.maxBlobBytes, Math.floor(capacity / 2)), 77),
      );

      const digests = [...taken.slice(5), ...used].map(({ digest }) => digest);
      const gone = await test.store.findMissing(digests, callFor());
      expect(gone.length).toBeGreaterThan(0);
      expect(gone.length).toBeLessThan(digests.length);
      expect(gone).toEqual(digests.slice(0, gone.length));
    });

    it("never gives other bytes to a reader whose lease has ended", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(Math.min(test.store.maxBlobBytes, Math.floor(capacity / 3)));
      await put(test.store, blob);
      const source = await test.store.get(blob.digest, { offset: 0 }, callFor());
      if (source === undefined) throw new Error("a miss");
      test.clock.advance(leaseMs + 1);
      await press(test, capacity, 1);
      const read = await readAll(source).catch((error: unknown) => error);
      const right = read instanceof Uint8Array && sameBytes(read, blob.bytes);
      expect(right || read instanceof StoreError).toBe(true);
    });

    it("takes the largest blob it says it takes", async ({ expect }) => {
      await using test = await create();
      await press(test, capacity, 1);
      test.clock.advance(leaseMs + 1);
      const largest = await blobOf(Math.min(test.store.maxBlobBytes, capacity));
      await put(test.store, largest);
      expect(await holds(test.store, largest)).toBe(true);
    });
  });
}
