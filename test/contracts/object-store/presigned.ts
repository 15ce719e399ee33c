import { describe, it } from "vitest";
import type { ObjectStore, Presigner } from "../../../shared/stores/indexed/object-store.ts";
import type { PresignedRequest } from "../../../shared/stores/transfer-store.ts";
import { concat, MIB, sameBytes } from "../../support/bytes.ts";
import {
  anySignal,
  holds,
  isAbsent,
  objectOf,
  type ObjectStoreTraits,
  put,
  type TestObject,
  uploadOf,
} from "./under-test.ts";

const MINUTE_MS = 60_000;

/** What a holder of a request may try to send with it instead. */
const wrongBodies: readonly {
  readonly name: string;
  readonly bodyOf: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}[] = [
  { name: "other bytes", bodyOf: (bytes) => bytes.with(0, (bytes[0] ?? 0) ^ 1) },
  { name: "too few bytes", bodyOf: (bytes) => bytes.slice(1) },
  { name: "too many bytes", bodyOf: (bytes) => concat([bytes, bytes]) },
  { name: "no bytes", bodyOf: () => new Uint8Array() },
];

function presignerOf({ presigner }: ObjectStore): Presigner {
  if (presigner === undefined) throw new Error("the store presigns no requests");
  return presigner;
}

/** What turns one object's request into another's, as a holder would try. */
function redirected(request: PresignedRequest, from: TestObject, to: TestObject): PresignedRequest {
  const url = new URL(request.url);
  url.pathname = url.pathname.replace(encodeURI(from.key), encodeURI(to.key));
  if (url.href === request.url) throw new Error(`${request.url} does not name ${from.key}`);
  return { ...request, url: url.href };
}

/** Requests that others make: good for what they were made for, and for nothing else. */
export function describePresigned({ create, presignedFetch }: ObjectStoreTraits): void {
  it("presigns requests where it should", async ({ expect }) => {
    await using test = await create();
    expect(test.objects.presigner !== undefined).toBe(presignedFetch !== undefined);
  });

  describe.runIf(presignedFetch !== undefined)("presigned requests", () => {
    const send = async (
      request: PresignedRequest,
      body?: Uint8Array<ArrayBuffer>,
    ): Promise<{ ok: boolean; etag: string; bytes: Uint8Array }> => {
      if (presignedFetch === undefined) throw new Error("nobody makes presigned requests");
      const response = await presignedFetch(request, body);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { ok: response.ok, etag: response.headers.get("etag") ?? "", bytes };
    };

    it("gives an object", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(1000);
      await put(test.objects, object);
      const request = await presignerOf(test.objects).get(object.key, MINUTE_MS);
      expect(request.method).toBe("GET");
      const { ok, bytes } = await send(request);
      expect(ok && sameBytes(bytes, object.bytes)).toBe(true);
    });

    it("gives nothing where nothing is", async ({ expect }) => {
      await using test = await create();
      const { key } = await objectOf(1000);
      const request = await presignerOf(test.objects).get(key, MINUTE_MS);
      expect((await send(request)).ok).toBe(false);
    });

    it.for([0, 1, 1000, MIB])(
      "takes an object of %i bytes, and knows it",
      async (size, { expect }) => {
        await using test = await create();
        const object = await objectOf(size);
        const { key, digest } = object;
        const request = await presignerOf(test.objects).put(key, digest, MINUTE_MS);
        expect(request.method).toBe("PUT");
        expect((await send(request, object.bytes.slice())).ok).toBe(true);
        expect(await holds(test.objects, object)).toBe(true);
        const inspected = await test.objects.inspect(key, digest, anySignal());
        expect(inspected).toEqual({ sizeBytes: size, isVerified: true });
      },
    );

    it.for(wrongBodies)("takes no $name for an object", async ({ bodyOf }, { expect }) => {
      await using test = await create();
      const object = await objectOf(1000);
      const request = await presignerOf(test.objects).put(object.key, object.digest, MINUTE_MS);
      expect((await send(request, bodyOf(object.bytes.slice()))).ok).toBe(false);
      expect(await isAbsent(test.objects, object)).toBe(true);
      expect((await send(request, object.bytes.slice())).ok).toBe(true);
    });

    it("writes no other object, and reads none", async ({ expect }) => {
      await using test = await create();
      const [stored, object] = [await objectOf(1000), await objectOf(1000, 2)];
      const other = uploadOf(object, 3);
      await put(test.objects, stored);
      const presigner = presignerOf(test.objects);
      const upload = await presigner.put(object.key, object.digest, MINUTE_MS);
      const download = await presigner.get(object.key, MINUTE_MS);
      const attempts = [
        send(redirected(upload, object, other), object.bytes.slice()),
        send(redirected(download, object, stored)),
        send({ ...download, method: "PUT" }, object.bytes.slice()),
        send({ ...upload, method: "GET" }),
      ];
      for (const attempt of attempts) expect((await attempt).ok).toBe(false);
      expect(await isAbsent(test.objects, other)).toBe(true);
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it("wants its headers as they are", async ({ expect }) => {
      await using test = await create();
      const object = await objectOf(1000);
      const other = await objectOf(1000, 2);
      const presigner = presignerOf(test.objects);
      const { headers: _, ...bare } = await presigner.put(object.key, object.digest, MINUTE_MS);
      const { headers } = await presigner.put(object.key, other.digest, MINUTE_MS);
      for (const request of [
        { ...bare, headers: {} },
        { ...bare, headers },
      ]) {
        expect((await send(request, other.bytes.slice())).ok).toBe(false);
      }
      expect(await isAbsent(test.objects, object)).toBe(true);
    });

    it("takes parts, each of its size", async ({ expect }) => {
      await using test = await create();
      const { multipart } = test.objects;
      if (multipart === undefined) return;
      const object = await objectOf(5 * MIB + 17);
      const { key, bytes } = object;
      const uploadId = await multipart.create(key, anySignal());
      const presigner = presignerOf(test.objects);
      const parts = [];
      for (const [index, part] of [bytes.slice(0, 5 * MIB), bytes.slice(5 * MIB)].entries()) {
        const number = index + 1;
        const what = { uploadId, number, sizeBytes: part.byteLength };
        const request = await presigner.putPart(key, what, MINUTE_MS);
        expect((await send(request, part.slice(0, 16))).ok).toBe(false);
        const { ok, etag } = await send(request, part);
        expect(ok).toBe(true);
        parts.push({ number, etag });
      }
      await multipart.complete(key, uploadId, parts, anySignal());
      expect(await holds(test.objects, object)).toBe(true);
    });
  });
}
