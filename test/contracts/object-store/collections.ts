import { describe, it } from "vitest";
import { mapConcurrently } from "../../../shared/concurrent.ts";
import type { ObjectKey } from "../../../shared/stores/indexed/object-key.ts";
import { abortableCall } from "../../support/calls.ts";
import {
  anySignal,
  holds,
  namesIn,
  objectOf,
  type ObjectStoreTraits,
  put,
  type TestObject,
  uploadOf,
} from "./under-test.ts";

/** More than stores list, or delete, at once. */
const MANY = 1100;
const VERY_MANY = 2500;

/** For engines that take some milliseconds for each of many objects. */
const SLOW_MS = 60_000;

/** Names that others may have put into the bucket. */
const foreignNames = [
  "ab/README.md",
  "ab/two words & <three>.txt",
  "ab/100% + ü?.txt",
  "ab//",
  "abc",
];

/** What sweeps rely on: every name is listed, and any number of objects deleted. */
export function describeCollections({ create }: ObjectStoreTraits): void {
  describe("lists", () => {
    it("names nothing where there is nothing", async ({ expect }) => {
      await using test = await create();
      expect(await namesIn(test.objects)).toEqual([]);
      expect(await namesIn(test.objects, "ab/")).toEqual([]);
    });

    it("names the objects that begin with a prefix, and no others", async ({ expect }) => {
      await using test = await create();
      const objects = await Promise.all(Array.from({ length: 8 }, (_, i) => objectOf(10, i + 1)));
      for (const object of objects) await put(test.objects, object);
      const keys = objects.map(({ key }) => key);
      expect(new Set(await namesIn(test.objects))).toEqual(new Set(keys));
      for (const key of keys) {
        for (const prefix of [key.slice(0, 1), key.slice(0, 3), key]) {
          const wanted = keys.filter((name) => name.startsWith(prefix));
          expect((await namesIn(test.objects, prefix)).toSorted()).toEqual(wanted.toSorted());
        }
        expect(await namesIn(test.objects, `${key}0`)).toEqual([]);
      }
    });

    it("names what is none of ours, as it is", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(10);
      for (const name of foreignNames) {
        await put(test.objects, { ...object, key: name as ObjectKey });
      }
      expect(new Set(await namesIn(test.objects))).toEqual(new Set(foreignNames));
      const inShard = foreignNames.filter((name) => name.startsWith("ab/"));
      expect(new Set(await namesIn(test.objects, "ab/"))).toEqual(new Set(inShard));
    });

    it(
      "names more than fit a page, and ends when its call does",
      async ({ expect }) => {
        await using test = await create();
        const uploads = await uploadsOfOne(MANY);
        await mapConcurrently(uploads, 16, (object) => put(test.objects, object));
        const names = await namesIn(test.objects, uploads[0]?.key.slice(0, 3));
        expect(names).toHaveLength(MANY);
        expect(new Set(names)).toEqual(new Set(uploads.map(({ key }) => key)));

        const { call, reason, abort } = abortableCall();
        const pages = test.objects.list("", call.signal)[Symbol.asyncIterator]();
        expect((await pages.next()).done).toBe(false);
        abort();
        await expect(pages.next()).rejects.toBe(reason);
      },
      SLOW_MS,
    );
  });

  describe("deletions", () => {
    it("deletes what is there, and minds nothing that is not", async ({ expect }) => {
      await using test = await create();
      const objects = await Promise.all([1, 2, 3].map((seed) => objectOf(10, seed)));
      for (const object of objects) await put(test.objects, object);
      const [gone, absent] = [await objectOf(10, 1), await objectOf(10, 99)];
      await test.objects.delete([], anySignal());
      await test.objects.delete([gone.key, absent.key, gone.key], anySignal());
      await test.objects.delete([gone.key], anySignal());
      const held = await Promise.all(objects.map((object) => holds(test.objects, object)));
      expect(held).toEqual([false, true, true]);
      const kept = objects.slice(1).map(({ key }) => key);
      expect(new Set(await namesIn(test.objects))).toEqual(new Set(kept));
    });

    it(
      "deletes thousands at once, among them many that are absent",
      async ({ expect }) => {
        await using test = await create();
        const uploads = await uploadsOfOne(VERY_MANY);
        const present = uploads.filter((_, index) => index % 10 === 0);
        const kept = await objectOf(10, 2);
        await mapConcurrently([...present, kept], 16, (object) => put(test.objects, object));
        await test.objects.delete(
          uploads.map(({ key }) => key),
          anySignal(),
        );
        expect(await namesIn(test.objects)).toEqual([kept.key]);
      },
      SLOW_MS,
    );
  });
}

/** What many uploads of one blob would be kept as: they are all in one shard. */
async function uploadsOfOne(count: number): Promise<readonly TestObject[]> {
  const object = await objectOf(10);
  return Array.from({ length: count }, (_, upload) => uploadOf(object, upload));
}
