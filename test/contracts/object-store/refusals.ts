import { describe, it } from "vitest";
import { bodyOf, failingBody, SilentBody } from "../../support/bodies.ts";
import { absentDigest } from "../../support/blobs.ts";
import { concat, KIB, MIB, readAll } from "../../support/bytes.ts";
import { abortableCall } from "../../support/calls.ts";
import {
  anySignal,
  holds,
  isAbsent,
  namesIn,
  objectOf,
  type ObjectStoreTraits,
  put,
  type TestObject,
} from "./under-test.ts";

const invalid = { name: "RequestError", code: "invalid-argument" };

const FAILURE = new Error("the connection broke");

interface BadUpload {
  readonly name: string;
  readonly body: (object: TestObject) => AsyncIterable<Uint8Array>;
}

const wrongSizes: readonly BadUpload[] = [
  { name: "one byte too few", body: ({ bytes }) => bodyOf(bytes.subarray(1)) },
  { name: "no bytes at all", body: () => bodyOf(new Uint8Array()) },
  { name: "one byte too many", body: ({ bytes }) => bodyOf(concat([bytes, Uint8Array.of(0)])) },
  {
    name: "one byte too many in a chunk of its own",
    body: ({ bytes }) => bodyOf(concat([bytes, Uint8Array.of(0)]), bytes.byteLength),
  },
];

const wrongBytes: readonly BadUpload[] = [
  { name: "another first byte", body: ({ bytes }) => bodyOf(bytes.with(0, (bytes[0] ?? 0) ^ 1)) },
  {
    name: "another last byte",
    body: ({ bytes }) => bodyOf(bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)),
  },
];

const failures: readonly BadUpload[] = [
  { name: "at once", body: () => failingBody(new Uint8Array(), FAILURE) },
  { name: "half-way", body: ({ bytes }) => failingBody(bytes.slice(0, 50 * KIB), FAILURE) },
  { name: "after the last byte", body: ({ bytes }) => failingBody(bytes.slice(), FAILURE) },
];

/** Uploads that end badly leave nothing. */
export function describeRefusals({ create, verifies }: ObjectStoreTraits): void {
  describe("uploads that are refused", () => {
    it.for(wrongSizes)("leaves nothing of $name", async ({ body }, { expect }) => {
      await using test = await create();
      const object = await objectOf(100 * KIB);
      const upload = test.objects.put(object.key, object.digest, body(object), anySignal());
      await expect(upload).rejects.toMatchObject(invalid);
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it.for(failures)(
      "leaves nothing of a body that throws $name, and throws that",
      async ({ body }, { expect }) => {
        await using test = await create();
        const object = await objectOf(100 * KIB);
        const upload = test.objects.put(object.key, object.digest, body(object), anySignal());
        await expect(upload).rejects.toBe(FAILURE);
        expect(await isAbsent(test.objects, object)).toBe(true);
        await put(test.objects, object);
        expect(await holds(test.objects, object)).toBe(true);
      },
    );

    it.for(
      verifies.flatMap((digestFunction) =>
        [...wrongSizes, ...wrongBytes].map((bad) => ({ ...bad, digestFunction })),
      ),
    )("finds $name wrong by its $digestFunction", async ({ body, digestFunction }, { expect }) => {
      await using test = await create();
      const object = await objectOf(100 * KIB, 1, digestFunction);
      const upload = test.objects.put(object.key, object.digest, body(object), anySignal());
      await expect(upload).rejects.toMatchObject(invalid);
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it("refuses what is too large before its first byte", async ({ expect }) => {
      await using test = await create();
      const { key } = await objectOf(1);
      let asked = false;
      async function* body(): AsyncGenerator<Uint8Array> {
        asked = true;
        yield new Uint8Array(1);
      }
      const digest = absentDigest(0, test.objects.maxPutBytes + 1);
      const upload = test.objects.put(key, digest, body(), anySignal());
      await expect(upload).rejects.toMatchObject({ name: "StoreError", code: "too-large" });
      expect(asked).toBe(false);
    });
  });
}

/** Every method ends when its call does, with the signal's own reason. */
export function describeAborts({ create }: ObjectStoreTraits): void {
  describe("a call that is over before it begins", () => {
    it("does nothing", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      abort();
      const [stored, other] = [await objectOf(100, 1), await objectOf(100, 2)];
      await put(test.objects, stored);
      const { objects } = test;
      const { signal } = call;
      const calls = [
        () => objects.put(other.key, other.digest, bodyOf(other.bytes), signal),
        () => objects.get(stored.key, { offset: 0 }, signal),
        () => objects.get(other.key, { offset: 0 }, signal),
        () => objects.inspect(stored.key, stored.digest, signal),
        () => objects.delete([stored.key], signal),
        () => objects.delete([], signal),
        () => objects.list("", signal)[Symbol.asyncIterator]().next(),
      ];
      for (const make of calls) await expect(make()).rejects.toBe(reason);
      expect(await holds(objects, stored)).toBe(true);
      expect(await namesIn(objects)).toEqual([stored.key]);
    });
  });

  describe("a call that ends", () => {
    it.for([0, 50])("ends a put whose body is silent after %i bytes", async (sent, { expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      const object = await objectOf(100);
      const body = new SilentBody(object.bytes.subarray(0, sent));
      const upload = test.objects.put(object.key, object.digest, body, call.signal);
      await body.awaited;
      abort();
      await expect(upload).rejects.toBe(reason);
      await body.stopped;
      expect(await isAbsent(test.objects, object)).toBe(true);
      await put(test.objects, object);
      expect(await holds(test.objects, object)).toBe(true);
    });

    it.for([0, 50, 100])("ends a put after %i bytes of 100", async (sent, { expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      const object = await objectOf(100);
      async function* body(): AsyncGenerator<Uint8Array> {
        yield object.bytes.subarray(0, sent);
        abort();
        yield object.bytes.subarray(sent);
      }
      const upload = test.objects.put(object.key, object.digest, body(), call.signal);
      await expect(upload).rejects.toBe(reason);
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it("ends a read before its first byte, and in its middle", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(3 * MIB);
      await put(test.objects, object);
      const [before, during] = [abortableCall(), abortableCall()];
      const unread = await test.objects.get(object.key, { offset: 0 }, before.call.signal);
      if (unread === undefined) throw new Error("a miss");
      before.abort();
      await expect(readAll(unread)).rejects.toBe(before.reason);

      const source = await test.objects.get(object.key, { offset: 0 }, during.call.signal);
      const reader = source?.[Symbol.asyncIterator]();
      expect((await reader?.next())?.done).toBe(false);
      during.abort();
      await expect(reader?.next()).rejects.toBe(during.reason);
    });
  });
}
