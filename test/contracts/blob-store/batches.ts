import { describe, it } from "vitest";
import type { Digest } from "../../../shared/digest/digest.ts";
import type { BatchEntry, WholeBlob } from "../../../shared/stores/blob-store.ts";
import { absentDigest, blobOf, type TestBlob } from "../../support/blobs.ts";
import { sameBytes } from "../../support/bytes.ts";
import { abortableCall, callFor } from "../../support/calls.ts";
import { type BlobStoreTraits, holds, isMissing, put } from "./under-test.ts";

/** What an entry is, when it was asked of these blobs. */
function told(entry: BatchEntry, { digest, bytes }: Pick<TestBlob, "digest" | "bytes">): string {
  if (entry === undefined) return "missing";
  if ("error" in entry) return String(entry.error);
  const isRight = entry.compressor === "identity" && sameBytes(entry.data, bytes);
  return isRight ? "right" : `wrong bytes for ${digest.hash}`;
}

/** Many small blobs at once are what each alone is. */
export function describeBatches({ create, boundaries, capacityBytes }: BlobStoreTraits): void {
  const most = (capacityBytes ?? Infinity) / 16;
  const around = boundaries.flatMap((size) => [size - 1, size, size + 1].filter((n) => n < most));
  const sizes = [1, 2048, 2048, 300, 70_000, 16, ...around, 5000, 20_000];

  describe("getBatch", () => {
    it("gives nothing for nothing", async ({ expect }) => {
      await using test = await create();
      expect(await test.store.getBatch([], callFor())).toEqual([]);
    });

    it("gives blobs of any size in the order asked, misses among them", async ({ expect }) => {
      await using test = await create();
      const blobs = await Promise.all(sizes.map((size, seed) => blobOf(size, seed + 1)));
      for (const blob of blobs) await put(test.store, blob);
      const asked = blobs.toReversed();
      const digests = asked.flatMap(({ digest }, index) => [absentDigest(index, 10), digest]);
      for (let round = 1; round <= 2; round++) {
        const entries = await test.store.getBatch(digests, callFor());
        expect(entries).toHaveLength(digests.length);
        const found = entries.filter((_, index) => index % 2 === 1);
        expect(entries.filter((_, index) => index % 2 === 0)).toEqual(asked.map(() => undefined));
        expect(found.map((entry, index) => told(entry, asked[index] ?? fail()))).toEqual(
          asked.map(() => "right"),
        );
      }
    });

    it("gives a blob as often as it is asked for, in memory of its own", async ({ expect }) => {
      await using test = await create();
      const [blob, other] = [await blobOf(1000, 1), await blobOf(1000, 2)];
      await put(test.store, blob);
      await put(test.store, other);
      const asked = [blob, other, blob, blob];
      const entries = await test.store.getBatch(
        asked.map(({ digest }) => digest),
        callFor(),
      );
      expect(entries.map((entry, index) => told(entry, asked[index] ?? fail()))).toEqual(
        asked.map(() => "right"),
      );
      const [again] = await test.store.getBatch([other.digest], callFor());
      expect(told(again, other)).toBe("right");
      expect(told(entries[0], blob)).toBe("right");
    });

    it("gives many hundreds", async ({ expect }) => {
      await using test = await create();
      const blobs = await Promise.all(Array.from({ length: 700 }, (_, i) => blobOf(40 + i, i)));
      for (const blob of blobs) await put(test.store, blob);
      const digests = blobs.map(({ digest }) => digest);
      const entries = await test.store.getBatch(digests, callFor());
      expect(entries.map((entry, index) => told(entry, blobs[index] ?? fail()))).toEqual(
        blobs.map(() => "right"),
      );
    });

    it("misses wrong sizes, other instances and other functions", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      await put(test.store, blob);
      const wrong: readonly Digest[] = [
        { ...blob.digest, sizeBytes: 999 },
        { ...blob.digest, sizeBytes: 1001 },
        { ...blob.digest, function: "blake3" },
      ];
      expect(await test.store.getBatch(wrong, callFor())).toEqual(wrong.map(() => undefined));
      expect(await test.store.getBatch([blob.digest], callFor("other"))).toEqual([undefined]);
    });

    it("ends with its call, and asks nothing when that is over", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      await put(test.store, blob);
      const { call, reason, abort } = abortableCall();
      abort();
      await expect(test.store.getBatch([blob.digest], call)).rejects.toBe(reason);
    });
  });
}

/** Many small blobs at once are kept as each alone is. */
export function describePutBatches({ create, boundaries, capacityBytes }: BlobStoreTraits): void {
  const most = (capacityBytes ?? Infinity) / 16;
  const around = boundaries.flatMap((size) => [size - 1, size, size + 1].filter((n) => n < most));
  const sizes = [1, 2048, 2048, 0, 300, 70_000, 16, ...around, 5000, 20_000];

  describe("putBatch", () => {
    it("takes nothing", async ({ expect }) => {
      await using test = await create();
      expect(await test.store.putBatch([], callFor())).toEqual([]);
    });

    it("keeps blobs of any size, some of them there already, and repeats", async ({ expect }) => {
      await using test = await create();
      const blobs = await Promise.all(sizes.map((size, seed) => blobOf(size, seed + 1)));
      await put(test.store, blobs[1] ?? fail());
      const batch = [...blobs, ...blobs.slice(0, 3)];
      for (let round = 1; round <= 2; round++) {
        const outcomes = await test.store.putBatch(batch.map(wholeOf), callFor());
        expect(outcomes).toEqual(batch.map(() => undefined));
      }
      for (const blob of blobs) expect(await holds(test.store, blob)).toBe(true);
    });

    it("keeps many hundreds, in copies of its own", async ({ expect }) => {
      await using test = await create();
      const blobs = await Promise.all(Array.from({ length: 700 }, (_, i) => blobOf(40 + i, i)));
      const sent = blobs.map(wholeOf);
      expect(await test.store.putBatch(sent, callFor())).toEqual(blobs.map(() => undefined));
      for (const { data } of sent) data.fill(0);
      const entries = await test.store.getBatch(
        blobs.map(({ digest }) => digest),
        callFor(),
      );
      expect(entries.map((entry, index) => told(entry, blobs[index] ?? fail()))).toEqual(
        blobs.map(() => "right"),
      );
    });

    it("refuses the wrong ones alone, also of blobs that are there", async ({ expect }) => {
      await using test = await create();
      const blobs = await Promise.all([1000, 2000, 3000, 80_000].map((n, i) => blobOf(n, i + 1)));
      const [kept = fail(), longer = fail(), shorter = fail(), large = fail()] = blobs;
      await put(test.store, shorter);
      const outcomes = await test.store.putBatch(
        [
          { digest: kept.digest, data: kept.bytes.slice() },
          { digest: longer.digest, data: new Uint8Array(2001) },
          { digest: shorter.digest, data: shorter.bytes.slice(1) },
          { digest: absentDigest(1, 500), data: new Uint8Array(500) },
          { digest: large.digest, data: large.bytes.with(-1, (large.bytes.at(-1) ?? 0) ^ 1) },
        ],
        callFor(),
      );
      const refused = { error: { name: "RequestError", code: "invalid-argument" } };
      expect(outcomes).toMatchObject([undefined, refused, refused, refused, refused]);
      expect(await holds(test.store, kept)).toBe(true);
      expect(await holds(test.store, shorter)).toBe(true);
      for (const { digest } of [longer, large]) {
        expect(await isMissing(test.store, digest)).toBe(true);
      }
    });

    it("keeps nothing for a call that is over before it begins", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      const { call, reason, abort } = abortableCall();
      abort();
      await expect(test.store.putBatch([wholeOf(blob)], call)).rejects.toBe(reason);
      expect(await isMissing(test.store, blob.digest)).toBe(true);
    });

    it("keeps instances apart", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      await test.store.putBatch([wholeOf(blob)], callFor("main"));
      expect(await isMissing(test.store, blob.digest)).toBe(true);
      expect(await holds(test.store, blob, callFor("main"))).toBe(true);
    });
  });
}

function wholeOf({ digest, bytes }: TestBlob): WholeBlob {
  return { digest, data: bytes.slice() };
}

function fail(): never {
  throw new Error("more entries than were asked for");
}
