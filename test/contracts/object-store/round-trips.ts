import { describe, it } from "vitest";
import { iterate } from "../../../shared/bytes/collect.ts";
import { allDigestFunctions } from "../../../shared/digest/digest-function.ts";
import { bodyOf, GatedBody } from "../../support/bodies.ts";
import { absentDigest } from "../../support/blobs.ts";
import { KIB, MIB, readAll, sameBytes } from "../../support/bytes.ts";
import { rangesOf } from "../../support/ranges.ts";
import {
  anySignal,
  holds,
  isAbsent,
  objectOf,
  type ObjectStoreTraits,
  put,
  uploadOf,
} from "./under-test.ts";

/** What goes in comes out: whole, in part, and not before it is all there. */
export function describeRoundTrips({ create, verifies }: ObjectStoreTraits): void {
  describe("objects", () => {
    it.for([0, 1, 1000, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 3 * MIB + 17])(
      "gives back %i bytes",
      async (size, { expect }) => {
        await using test = await create();
        const object = await objectOf(size);
        expect(await isAbsent(test.objects, object)).toBe(true);
        await put(test.objects, object);
        expect(await holds(test.objects, object)).toBe(true);
      },
    );

    it.for([1, 7, 4096, MIB])("does not care for chunks of %i bytes", async (chunk, { expect }) => {
      await using test = await create();
      const object = await objectOf(chunk * 3 + 1);
      const body = bodyOf(object.bytes, chunk);
      await test.objects.put(object.key, object.digest, body, anySignal());
      expect(await holds(test.objects, object)).toBe(true);
    });

    it("passes over empty chunks", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(100);
      const body = iterate([new Uint8Array(), object.bytes, new Uint8Array()]);
      await test.objects.put(object.key, object.digest, body, anySignal());
      expect(await holds(test.objects, object)).toBe(true);
    });

    it("keeps the uploads of one blob apart, and takes one of them again", async ({ expect }) => {
      await using test = await create();
      const [one, other] = [await objectOf(100), uploadOf(await objectOf(100), 2)];
      await put(test.objects, one);
      expect(await isAbsent(test.objects, other)).toBe(true);
      await put(test.objects, one);
      await put(test.objects, other);
      await test.objects.delete([one.key], anySignal());
      expect(await isAbsent(test.objects, one)).toBe(true);
      expect(await holds(test.objects, other)).toBe(true);
    });

    it("shows nothing of an upload before it has ended", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(MIB + 1);
      const body = new GatedBody(object.bytes);
      const upload = test.objects.put(object.key, object.digest, body, anySignal());
      await body.held;
      expect(await isAbsent(test.objects, object)).toBe(true);
      body.release();
      await upload;
      expect(await holds(test.objects, object)).toBe(true);
    });

    it("takes many uploads at once", async ({ expect }) => {
      await using test = await create();
      const sizes = Array.from({ length: 12 }, (_, index) => index * 10 * KIB);
      const objects = await Promise.all(sizes.map((size, index) => objectOf(size, index + 1)));
      await Promise.all(objects.map((object) => put(test.objects, object)));
      const held = await Promise.all(objects.map((object) => holds(test.objects, object)));
      expect(new Set(held)).toEqual(new Set([true]));
    });
  });

  describe("reads", () => {
    const size = 200 * KIB;
    const ranges = [...rangesOf(size), [64 * KIB - 1, 64 * KIB + 2] as const];

    it.for(ranges)("gives the part from %i of length %s", async ([offset, length], { expect }) => {
      await using test = await create();
      const object = await objectOf(size);
      await put(test.objects, object);
      const range = length === undefined ? { offset } : { offset, length };
      const source = await test.objects.get(object.key, range, anySignal());
      if (source === undefined) throw new Error("a miss");
      const wanted = object.bytes.subarray(offset, length === undefined ? size : offset + length);
      expect(source.sizeBytes).toBe(size);
      expect(sameBytes(await readAll(source), wanted)).toBe(true);
    });

    it.for([undefined, 0, 1, 1000])(
      "gives the whole of an empty object, asked for %s bytes",
      async (length, { expect }) => {
        await using test = await create();
        const empty = await objectOf(0);
        await put(test.objects, empty);
        const range = length === undefined ? { offset: 0 } : { offset: 0, length };
        const source = await test.objects.get(empty.key, range, anySignal());
        expect(source?.sizeBytes).toBe(0);
        expect(source && (await readAll(source)).byteLength).toBe(0);
      },
    );

    it.for([0, 5])("misses with undefined, from byte %i on", async (offset, { expect }) => {
      await using test = await create();
      const { key } = await objectOf(100);
      expect(await test.objects.get(key, { offset }, anySignal())).toBeUndefined();
      expect(await test.objects.get(key, { offset, length: 0 }, anySignal())).toBeUndefined();
    });

    it("may be left after the first chunk, or before it", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(MIB);
      await put(test.objects, object);
      for (let i = 0; i < 20; i++) {
        await using unread = await test.objects.get(object.key, { offset: 0 }, anySignal());
        expect(unread?.sizeBytes).toBe(MIB);
        const source = await test.objects.get(object.key, { offset: 0 }, anySignal());
        for await (const _ of source ?? []) break;
      }
      expect(await holds(test.objects, object)).toBe(true);
    });
  });

  describe("inspect", () => {
    it("misses with undefined", async ({ expect }) => {
      await using test = await create();
      const { key, digest } = await objectOf(100);
      expect(await test.objects.inspect(key, digest, anySignal())).toBeUndefined();
    });

    it.for(allDigestFunctions.flatMap((name) => [0, 100].map((size) => ({ name, size }))))(
      "knows the size of $size bytes, and whether their $name was checked",
      async ({ name, size }, { expect }) => {
        await using test = await create();
        const object = await objectOf(size, 1, name);
        await put(test.objects, object);
        const isVerified = verifies.includes(name);
        expect(test.objects.verifies(object.digest)).toBe(isVerified);
        const inspected = await test.objects.inspect(object.key, object.digest, anySignal());
        expect(inspected).toEqual({ sizeBytes: size, isVerified });
      },
    );

    it("takes no digest's word but the one that was checked", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(100);
      await put(test.objects, object);
      const others = [absentDigest(1, 100), { ...object.digest, function: "blake3" } as const];
      for (const other of others) {
        expect(await test.objects.inspect(object.key, other, anySignal())).toEqual({
          sizeBytes: 100,
          isVerified: false,
        });
      }
    });
  });
}
