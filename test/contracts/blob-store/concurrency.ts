import { describe, it } from "vitest";
import { bodyOf, GatedBody } from "../../support/bodies.ts";
import { blobOf } from "../../support/blobs.ts";
import { KIB, MIB, concat, sameBytes } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { type BlobStoreTraits, holds, isMissing, put } from "./under-test.ts";

/** Readers and writers of one blob at the same time. */
export function describeConcurrency({ create, capacityBytes }: BlobStoreTraits): void {
  describe("at the same time", () => {
    it("shows nothing of an upload before it has ended", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(MIB + 1);
      const body = new GatedBody(blob.bytes);
      const upload = test.store.put(blob.digest, body, callFor());
      await body.held;
      expect(await isMissing(test.store, blob.digest)).toBe(true);
      expect(await test.store.get(blob.digest, { offset: 0 }, callFor())).toBeUndefined();
      body.release();
      await upload;
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("takes one blob from many writers", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(200 * KIB);
      const bodies = Array.from({ length: 8 }, () => new GatedBody(blob.bytes));
      const uploads = bodies.map((body) => test.store.put(blob.digest, body, callFor()));
      await Promise.all(bodies.map(({ held }) => held));
      for (const body of bodies) body.release();
      await Promise.all(uploads);
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("takes a blob from an honest writer beside one that sends other bytes", async ({
      expect,
    }) => {
      await using test = await create();
      const blob = await blobOf(1000);
      const wrong = test.store.put(blob.digest, bodyOf(blob.bytes.with(3, 3)), callFor());
      const right = test.store.put(blob.digest, bodyOf(blob.bytes), callFor());
      await expect(wrong).rejects.toMatchObject({ code: "invalid-argument" });
      await right;
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("does not disturb a reader by another upload of the blob", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(MIB + 3);
      await put(test.store, blob);
      const source = await test.store.get(blob.digest, { offset: 0 }, callFor());
      if (source === undefined) throw new Error("a miss");
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) {
        if (chunks.length === 0) await put(test.store, blob);
        chunks.push(chunk.slice());
      }
      expect(sameBytes(concat(chunks), blob.bytes)).toBe(true);
    });

    it("serves many readers of one blob", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(300 * KIB);
      await put(test.store, blob);
      const reads = Array.from({ length: 50 }, () => holds(test.store, blob));
      expect(new Set(await Promise.all(reads))).toEqual(new Set([true]));
    });
  });

  describe("readers that do not read to the end", () => {
    it("may stop after the first chunk, or dispose of what they never read", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(MIB);
      await put(test.store, blob);
      for (let i = 0; i < 200; i++) {
        await using unread = await test.store.get(blob.digest, { offset: 0 }, callFor());
        expect(unread?.sizeBytes).toBe(MIB);
        const source = await test.store.get(blob.digest, { offset: 0 }, callFor());
        for await (const _ of source ?? []) break;
      }
      expect(await holds(test.store, blob)).toBe(true);
    });
  });

  describe.runIf(capacityBytes !== undefined)("room", () => {
    it("is taken once by a blob, however many wrote it", async () => {
      await using test = await create();
      const capacity = capacityBytes ?? 0;
      const blob = await blobOf(Math.floor(capacity / 16));
      for (let round = 0; round < 5; round++) {
        await Promise.all(Array.from({ length: 8 }, () => put(test.store, blob)));
      }
      await put(test.store, await blobOf(Math.floor(capacity / 2), 2));
    });
  });
}
