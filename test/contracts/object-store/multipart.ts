import { describe, it } from "vitest";
import type {
  MultipartUploads,
  ObjectStore,
  UploadedPart,
} from "../../../shared/stores/indexed/object-store.ts";
import { MIB, readAll, sameBytes } from "../../support/bytes.ts";
import { abortableCall } from "../../support/calls.ts";
import {
  anySignal,
  holds,
  isAbsent,
  objectOf,
  type ObjectStoreTraits,
  type TestObject,
  uploadOf,
} from "./under-test.ts";

/** The smallest that every store takes. */
const PART_BYTES = 5 * MIB;

function multipartOf({ multipart }: ObjectStore): MultipartUploads {
  if (multipart === undefined) throw new Error("the store takes no uploads in parts");
  return multipart;
}

/** The parts of an object, in order. */
function partsOf({ bytes }: TestObject): readonly Uint8Array[] {
  const count = Math.ceil(bytes.byteLength / PART_BYTES);
  return Array.from({ length: count }, (_, index) =>
    bytes.slice(index * PART_BYTES, (index + 1) * PART_BYTES),
  );
}

/** Uploads parts of an object, those with these numbers and in that order. */
async function putParts(
  multipart: MultipartUploads,
  object: TestObject,
  uploadId: string,
  numbers: readonly number[],
): Promise<UploadedPart[]> {
  const parts: UploadedPart[] = [];
  for (const number of numbers) {
    const bytes = partsOf(object)[number - 1] ?? new Uint8Array();
    parts.push(await multipart.putPart(object.key, uploadId, number, bytes, anySignal()));
    // Writers use their memory again.
    bytes.fill(0);
  }
  return parts;
}

/** Uploads in parts: all of them make an object, or nothing does. */
export function describeMultipart({ create, hasMultipart }: ObjectStoreTraits): void {
  it("offers uploads in parts where it should", async ({ expect }) => {
    await using test = await create();
    expect(test.objects.multipart !== undefined).toBe(hasMultipart);
  });

  describe.runIf(hasMultipart)("uploads in parts", () => {
    it.for([
      { name: "one part", size: 100, numbers: [1] },
      { name: "two equal parts", size: 2 * PART_BYTES, numbers: [1, 2] },
      { name: "parts in order", size: 2 * PART_BYTES + 17, numbers: [1, 2, 3] },
      { name: "parts out of order", size: 2 * PART_BYTES + 17, numbers: [3, 1, 2] },
      { name: "a part that came twice", size: PART_BYTES + 17, numbers: [1, 2, 1] },
    ])(
      "makes an object of $name, and shows nothing before",
      async ({ size, numbers }, { expect }) => {
        await using test = await create();
        const multipart = multipartOf(test.objects);
        const object = await objectOf(size);
        const uploadId = await multipart.create(object.key, anySignal());
        const parts = await putParts(multipart, object, uploadId, numbers);
        expect(parts.map(({ number }) => number)).toEqual(numbers);
        expect(await isAbsent(test.objects, object)).toBe(true);

        const newest = new Map(parts.map((part) => [part.number, part]));
        await multipart.complete(object.key, uploadId, [...newest.values()], anySignal());
        expect(await holds(test.objects, object)).toBe(true);
        const inspected = await test.objects.inspect(object.key, object.digest, anySignal());
        expect(inspected?.sizeBytes).toBe(size);
      },
    );

    it("takes parts at once, and gives ranges across them", async ({ expect }) => {
      await using test = await create();
      const multipart = multipartOf(test.objects);
      const object = await objectOf(2 * PART_BYTES + 17);
      const uploadId = await multipart.create(object.key, anySignal());
      const parts = await Promise.all(
        partsOf(object).map((bytes, index) =>
          multipart.putPart(object.key, uploadId, index + 1, bytes, anySignal()),
        ),
      );
      await multipart.complete(object.key, uploadId, parts, anySignal());
      const range = { offset: PART_BYTES - 100, length: PART_BYTES + 110 };
      const source = await test.objects.get(object.key, range, anySignal());
      const wanted = object.bytes.subarray(range.offset, range.offset + range.length);
      expect(source?.sizeBytes).toBe(object.bytes.byteLength);
      expect(source && sameBytes(await readAll(source), wanted)).toBe(true);
    });

    it("keeps two uploads of one blob apart", async ({ expect }) => {
      await using test = await create();
      const multipart = multipartOf(test.objects);
      const one = await objectOf(100);
      const other = uploadOf(one, 2);
      const ids = [
        await multipart.create(one.key, anySignal()),
        await multipart.create(other.key, anySignal()),
      ];
      expect(new Set(ids).size).toBe(2);
      const parts = await putParts(multipart, other, ids[1] ?? "", [1]);
      await multipart.abort(one.key, ids[0] ?? "");
      await multipart.complete(other.key, ids[1] ?? "", parts, anySignal());
      expect(await isAbsent(test.objects, one)).toBe(true);
      expect(await holds(test.objects, other)).toBe(true);
    });

    it("gives up parts, and makes no object of them", async ({ expect }) => {
      await using test = await create();
      const multipart = multipartOf(test.objects);
      const object = await objectOf(100);
      const uploadId = await multipart.create(object.key, anySignal());
      const parts = await putParts(multipart, object, uploadId, [1]);
      await multipart.abort(object.key, uploadId);
      await multipart.abort(object.key, uploadId);
      const completed = multipart.complete(object.key, uploadId, parts, anySignal());
      await expect(completed).rejects.toThrow();
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it("makes no object of parts that it does not have", async ({ expect }) => {
      await using test = await create();
      const multipart = multipartOf(test.objects);
      const object = await objectOf(PART_BYTES + 17);
      const uploadId = await multipart.create(object.key, anySignal());
      const parts = await putParts(multipart, object, uploadId, [1]);
      const made = parts.map(({ etag }) => ({ number: 2, etag }));
      const completed = multipart.complete(object.key, uploadId, [...parts, ...made], anySignal());
      await expect(completed).rejects.toThrow();
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it("gives up nothing of an upload that is complete", async ({ expect }) => {
      await using test = await create();
      const multipart = multipartOf(test.objects);
      const object = await objectOf(100);
      const uploadId = await multipart.create(object.key, anySignal());
      const parts = await putParts(multipart, object, uploadId, [1]);
      await multipart.complete(object.key, uploadId, parts, anySignal());
      await multipart.abort(object.key, uploadId);
      expect(await holds(test.objects, object)).toBe(true);
    });

    it("does nothing in a call that is over", async ({ expect }) => {
      await using test = await create();
      const multipart = multipartOf(test.objects);
      const { call, reason, abort } = abortableCall();
      abort();
      const { signal } = call;
      const object = await objectOf(100);
      const { key, bytes } = object;
      const uploadId = await multipart.create(key, anySignal());
      const parts = await putParts(multipart, object, uploadId, [1]);
      const calls = [
        () => multipart.create(key, signal),
        () => multipart.putPart(key, uploadId, 1, bytes, signal),
        () => multipart.complete(key, uploadId, parts, signal),
      ];
      for (const make of calls) await expect(make()).rejects.toBe(reason);
      expect(await isAbsent(test.objects, object)).toBe(true);
      await multipart.complete(key, uploadId, parts, anySignal());
      expect(await holds(test.objects, object)).toBe(true);
    });
  });
}
