import { describe, it } from "vitest";
import { emptyDigest } from "../../../shared/digest/digest.ts";
import { absentDigest, blobOf } from "../../support/blobs.ts";
import { readAll } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { type BlobStoreTraits, holds, isMissing, put } from "./under-test.ts";

/** A miss is `undefined`, and nothing but the blob that was asked for is a hit. */
export function describeMisses({ create }: BlobStoreTraits): void {
  describe("misses", () => {
    it("is undefined for a blob that was never put", async ({ expect }) => {
      await using test = await create();
      expect(await test.store.get(absentDigest(), { offset: 0 }, callFor())).toBeUndefined();
      expect(await test.store.get(absentDigest(), { offset: 5 }, callFor())).toBeUndefined();
      expect(await isMissing(test.store, absentDigest())).toBe(true);
    });

    it("finds a blob without its size, as HTTP caches ask", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1234);
      await put(test.store, blob);
      const { sizeBytes: _, ...name } = blob.digest;
      const source = await test.store.get(name, { offset: 0 }, callFor());
      expect(source?.sizeBytes).toBe(1234);
      expect(source && (await readAll(source))).toEqual(blob.bytes);
      const { sizeBytes: __, ...other } = absentDigest();
      expect(await test.store.get(other, { offset: 0 }, callFor())).toBeUndefined();
    });

    it.for([-1, 1, -1000, 1000])("misses a size that is off by %i", async (off, { expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      await put(test.store, blob);
      const wrong = { ...blob.digest, sizeBytes: blob.digest.sizeBytes + off };
      expect(await test.store.get(wrong, { offset: 0 }, callFor())).toBeUndefined();
      expect(await test.store.findMissing([wrong, blob.digest], callFor())).toEqual([wrong]);
    });

    it("keeps instances apart", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      await put(test.store, blob, callFor("main/linux"));
      for (const other of ["", "main", "main/linux/x", "main/windows", "Main/linux"]) {
        expect(await isMissing(test.store, blob.digest, callFor(other))).toBe(true);
        expect(await holds(test.store, blob, callFor(other))).toBe(false);
      }
      expect(await holds(test.store, blob, callFor("main/linux"))).toBe(true);
    });

    it("shares blobs among instances that have one scope", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      const shared = callFor("main").instanceName;
      await put(test.store, blob, { ...callFor("main/one"), blobScope: shared });
      const sharing = [callFor("main"), { ...callFor("main/other"), blobScope: shared }];
      for (const call of sharing) {
        expect(await isMissing(test.store, blob.digest, call)).toBe(false);
        expect(await holds(test.store, blob, call)).toBe(true);
      }
      expect(await holds(test.store, blob, callFor("main/one"))).toBe(false);
    });

    it("keeps digest functions apart, even where the hashes look alike", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(1000, 1, "sha256");
      await put(test.store, blob);
      const alike = { ...blob.digest, function: "blake3" } as const;
      expect(await isMissing(test.store, alike)).toBe(true);
      expect(await test.store.get(alike, { offset: 0 }, callFor())).toBeUndefined();

      const sameBytes = await blobOf(1000, 1, "blake3");
      expect(await isMissing(test.store, sameBytes.digest)).toBe(true);
      await put(test.store, sameBytes);
      expect(await holds(test.store, sameBytes)).toBe(true);
    });
  });
}

export function describeFindMissing({ create }: BlobStoreTraits): void {
  describe("findMissing", () => {
    it("asks for nothing", async ({ expect }) => {
      await using test = await create();
      expect(await test.store.findMissing([], callFor())).toEqual([]);
    });

    it("names each absent digest once, and no present one", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(10);
      await put(test.store, blob);
      const [a, b] = [absentDigest(1), absentDigest(2)];
      const asked = [a, blob.digest, b, { ...a }, blob.digest, b, a];
      const missing = await test.store.findMissing(asked, callFor());
      expect(missing).toHaveLength(2);
      expect(missing).toEqual(expect.arrayContaining([a, b]));
    });

    it("tells two sizes of one hash apart", async ({ expect }) => {
      await using test = await create();
      const sizes = [absentDigest(1, 10), absentDigest(1, 11)];
      const missing = await test.store.findMissing(sizes, callFor());
      expect(missing).toEqual(expect.arrayContaining(sizes));
    });

    it("answers for 10 000 digests at once", async ({ expect }) => {
      await using test = await create();
      const present = await Promise.all(Array.from({ length: 100 }, (_, i) => blobOf(20, i + 1)));
      for (const blob of present) await put(test.store, blob);
      const absent = Array.from({ length: 9900 }, (_, i) => absentDigest(i));
      const asked = absent.toSpliced(5000, 0, ...present.map(({ digest }) => digest));
      const missing = await test.store.findMissing(asked, callFor());
      const hashes = new Set(missing.map(({ hash }) => hash));
      expect(missing).toHaveLength(9900);
      expect(hashes).toEqual(new Set(absent.map(({ hash }) => hash)));
    });

    it("may be told of the empty blob", async ({ expect }) => {
      await using test = await create();
      await put(test.store, await blobOf(0));
      expect(await isMissing(test.store, emptyDigest("sha256"))).toBe(false);
    });
  });
}
