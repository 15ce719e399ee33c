import { describe, it } from "vitest";
import { iterate } from "../../../shared/bytes/collect.ts";
import { bodyOf } from "../../support/bodies.ts";
import { blobOf } from "../../support/blobs.ts";
import { MIB, readAll, sameBytes } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { rangesOf } from "../../support/ranges.ts";
import { type BlobStoreTraits, holds, isMissing, put } from "./under-test.ts";

/** What goes in comes out: whole and in part, at every size where an adapter may cut. */
export function describeRoundTrips({ create, boundaries }: BlobStoreTraits): void {
  const around = boundaries.flatMap((size) => [size - 1, size, size + 1]);

  describe("round trips", () => {
    it.for([0, 1, 1000, ...around, 3 * MIB + 17])(
      "gives back %i bytes",
      async (size, { expect }) => {
        await using test = await create();
        const blob = await blobOf(size);
        await put(test.store, blob);
        expect(await isMissing(test.store, blob.digest)).toBe(false);
        expect(await holds(test.store, blob)).toBe(true);
      },
    );

    it.for([1, 7, 4096, MIB])("does not care for chunks of %i bytes", async (chunk, { expect }) => {
      await using test = await create();
      const blob = await blobOf(chunk * 3 + 1);
      await test.store.put(blob.digest, bodyOf(blob.bytes, chunk), callFor());
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("passes over empty chunks", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(100);
      const body = iterate([new Uint8Array(), blob.bytes, new Uint8Array()]);
      await test.store.put(blob.digest, body, callFor());
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("takes a repeat", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(5000);
      await put(test.store, blob);
      await put(test.store, blob);
      expect(await holds(test.store, blob)).toBe(true);
    });

    it("keeps a copy, so that the sender may use its memory again", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(5000);
      const sent = blob.bytes.slice();
      await put(test.store, { ...blob, bytes: sent });
      sent.fill(0);
      expect(await holds(test.store, blob)).toBe(true);
    });
  });
}

export function describeRanges({ create, boundaries }: BlobStoreTraits): void {
  const size = Math.max(...boundaries, 1000) + 1000;
  const cuts = boundaries.flatMap((at) => [
    [at, 1],
    [at - 1, 2],
    [at - 100, 200],
    [0, at],
  ]);
  const ranges = [
    ...rangesOf(size),
    ...cuts.map(([offset = 0, length]) => [offset, length] as const),
  ];

  describe("ranges", () => {
    it(`gives any part of ${size} bytes`, async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(size);
      await put(test.store, blob);
      for (const [offset, length] of ranges) {
        const range = length === undefined ? { offset } : { offset, length };
        const source = await test.store.get(blob.digest, range, callFor());
        if (source === undefined) throw new Error(`missed at ${offset}, ${length}`);
        const wanted = blob.bytes.subarray(offset, length === undefined ? size : offset + length);
        const part = await readAll(source);
        expect(source.sizeBytes).toBe(size);
        expect([offset, length, sameBytes(part, wanted)]).toEqual([offset, length, true]);
      }
    });

    it("gives the whole of the empty blob, whatever the length asked", async ({ expect }) => {
      await using test = await create();
      const empty = await blobOf(0);
      await put(test.store, empty);
      for (const length of [0, 1, 1000]) {
        const source = await test.store.get(empty.digest, { offset: 0, length }, callFor());
        expect(source?.sizeBytes).toBe(0);
        expect(source && (await readAll(source)).byteLength).toBe(0);
      }
    });
  });
}
