import { bytesToHex } from "@noble/hashes/utils.js";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { parseHash } from "../../shared/digest/digest.ts";
import type { ObjectStore } from "../../shared/stores/indexed/object-store.ts";
import {
  holds,
  isAbsent,
  objectOf,
  put,
  type TestObject,
  uploadOf,
} from "../contracts/object-store/under-test.ts";
import { bodyOf, SilentBody } from "../support/bodies.ts";
import { bytesOf, KIB, MIB, readAll } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { freshBucket } from "../support/cloudflare.workerd.ts";
import { changed, type Fate, faulty } from "../support/faulty-binding.workerd.ts";
import { listOf } from "../support/list-of.ts";

const INTERNAL = "put: We encountered an internal error. Please try again. (10001)";
const { signal } = callFor();
const whole = { offset: 0 };

/** A bucket that does something else than the real one. */
function bucketWith(methods: Partial<Record<keyof R2Bucket, unknown>>): R2ObjectStore {
  return new R2ObjectStore(changed(env.OBJECTS, methods));
}

function shaky(method: keyof R2Bucket, fates: readonly Fate[], failure = INTERNAL): ObjectStore {
  return new R2ObjectStore(faulty(env.OBJECTS, [method], fates, failure));
}

describe("uploads to a bucket that", () => {
  const failingPuts: readonly {
    name: string;
    put: (key: string, body: ReadableStream) => Promise<never>;
  }[] = [
    { name: "fails at once", put: () => Promise.reject(new Error(INTERNAL)) },
    {
      name: "fails half-way",
      put: async (_, body) => {
        const reader = body.getReader();
        await reader.read();
        throw new Error(INTERNAL);
      },
    },
    {
      name: "cancels half-way",
      put: async (_, body) => {
        const reader = body.getReader();
        await reader.read();
        await reader.cancel();
        throw new Error(INTERNAL);
      },
    },
  ];
  it.for(failingPuts)(
    "$name end with its error, and the client hears",
    async ({ put: failing }, { expect }) => {
      await freshBucket();
      const objects = bucketWith({ put: failing });
      const object = await objectOf(3 * MIB);
      const body = new SilentBody(object.bytes.subarray(0, MIB));
      for (const source of [body, bodyOf(object.bytes)]) {
        const upload = objects.put(object.key, object.digest, source, signal);
        await expect(upload).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
        await expect(upload).rejects.toThrow(INTERNAL);
      }
      await body.stopped;
      const healthy = new R2ObjectStore(env.OBJECTS);
      expect(await isAbsent(healthy, object)).toBe(true);
      await put(healthy, object);
      expect(await holds(healthy, object)).toBe(true);
    },
  );

  it("does not answer end when their calls do", async ({ expect }) => {
    await freshBucket();
    const object = await objectOf(100);
    const { call, reason, abort } = abortableCall();
    const reached = Promise.withResolvers<void>();
    const objects = bucketWith({
      put: async (_: string, body: ReadableStream) => {
        const reader = body.getReader();
        await reader.read();
        reached.resolve();
        await new Promise(() => undefined);
      },
    });
    const upload = objects.put(object.key, object.digest, bodyOf(object.bytes), call.signal);
    await reached.promise;
    abort();
    await expect(upload).rejects.toBe(reason);
  });

  it("reads slowly wait for it, and hold one chunk", async ({ expect }) => {
    const object = await objectOf(MIB);
    let [taken, asked] = [0, 0];
    async function* body(): AsyncGenerator<Uint8Array> {
      for await (const chunk of bodyOf(object.bytes, 16 * KIB)) {
        asked += chunk.byteLength;
        expect(asked - taken).toBeLessThanOrEqual(2 * 16 * KIB);
        yield chunk;
      }
    }
    const objects = bucketWith({
      put: async (_: string, stream: ReadableStream<Uint8Array>) => {
        for await (const chunk of stream) {
          await scheduler.wait(0);
          taken += chunk.byteLength;
        }
      },
    });
    await objects.put(object.key, object.digest, body(), signal);
    expect(taken).toBe(MIB);
  });
});

describe("hashes that R2 checks", () => {
  const functions = [
    { name: "sha1", algorithm: "SHA-1" },
    { name: "md5", algorithm: "MD5" },
    { name: "sha384", algorithm: "SHA-384" },
    { name: "sha512", algorithm: "SHA-512" },
  ] as const;
  it.for(functions)("are those of $name, too", async ({ name, algorithm }, { expect }) => {
    const objects = new R2ObjectStore(await freshBucket());
    const bytes = bytesOf(1000);
    const hash = bytesToHex(new Uint8Array(await crypto.subtle.digest(algorithm, bytes)));
    const digest = { function: name, hash: parseHash(name, hash, "hash"), sizeBytes: 1000 };
    const object = uploadOf({ digest, bytes }, 1);
    expect(objects.verifies(digest)).toBe(true);
    const wrong = objects.put(object.key, digest, bodyOf(bytes.with(0, 1)), signal);
    await expect(wrong).rejects.toMatchObject({ name: "RequestError", code: "invalid-argument" });
    expect(await isAbsent(objects, object)).toBe(true);
    await put(objects, object);
    const inspected = await objects.inspect(object.key, digest, signal);
    expect(inspected).toEqual({ sizeBytes: 1000, isVerified: true });
  });
});

describe("other requests to a bucket that", () => {
  const requests: readonly {
    readonly method: keyof R2Bucket;
    readonly make: (objects: ObjectStore, object: TestObject) => Promise<unknown>;
  }[] = [
    {
      method: "get",
      make: async (objects, { key }) => (await objects.get(key, whole, signal))?.sizeBytes,
    },
    { method: "head", make: (objects, { key, digest }) => objects.inspect(key, digest, signal) },
    { method: "list", make: (objects) => listOf(objects.list("", signal)) },
    { method: "delete", make: (objects, { key }) => objects.delete([key], signal) },
  ];

  it.for(requests)(
    "is out of service for a moment are made again: $method",
    async ({ method, make }, { expect }) => {
      const healthy = new R2ObjectStore(await freshBucket());
      const object = await objectOf(100);
      for (const fate of ["lost", "answer lost"] as const) {
        await put(healthy, object);
        const wanted = await make(healthy, object);
        await put(healthy, object);
        expect(await make(shaky(method, [fate]), object)).toEqual(wanted);
      }
    },
  );

  it.for(requests)("stays out of service fail: $method", async ({ method, make }, { expect }) => {
    const object = await objectOf(100);
    const failed = make(shaky(method, ["lost", "lost", "lost"]), object);
    await expect(failed).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
  });

  it.for([
    { said: "get: Access Denied (10003)", code: "denied" },
    { said: "get: The specified bucket does not exist. (10006)", code: "denied" },
    { said: "get: not entitled (10042)", code: "denied" },
    { said: "get: what nobody has ever seen", code: "unavailable" },
  ])("says $said: $code, at once", async ({ said, code }, { expect }) => {
    const { key } = await objectOf(100);
    const failed = shaky("get", ["lost"], said).get(key, whole, signal);
    await expect(failed).rejects.toMatchObject({ code, cause: { message: said } });
  });

  it.for([100, MIB])(
    "breaks off in the middle of an object of %i bytes say so",
    async (size, { expect }) => {
      const broken = (): object => {
        const answer = new Response(brokenAfter(new Uint8Array(10)));
        return { size, body: answer.body, arrayBuffer: () => answer.arrayBuffer() };
      };
      const objects = bucketWith({ get: () => Promise.resolve(broken()) });
      const { key } = await objectOf(100);
      const read = objects.get(key, whole, signal).then((source) => source && readAll(source));
      await expect(read).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
    },
  );

  it("gives too little of a small object is out of service", async ({ expect }) => {
    const short = { size: 100, body: new ReadableStream(), arrayBuffer: () => new ArrayBuffer(99) };
    const objects = bucketWith({ get: () => Promise.resolve(short) });
    const { key } = await objectOf(100);
    await expect(objects.get(key, whole, signal)).rejects.toMatchObject({ code: "unavailable" });
  });
});

function brokenAfter(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    type: "bytes",
    pull: (controller) => {
      controller.enqueue(bytes);
      controller.error(new Error("Network connection lost."));
    },
  });
}
