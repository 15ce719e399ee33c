import { describe, type ExpectStatic, it } from "vitest";
import type { Digest } from "../../../shared/digest/digest.ts";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import { bodyOf, failingBody } from "../../support/bodies.ts";
import { absentDigest, blobOf, type TestBlob } from "../../support/blobs.ts";
import { concat, KIB } from "../../support/bytes.ts";
import { abortableCall, callFor } from "../../support/calls.ts";
import { type BlobStoreTraits, isMissing, put } from "./under-test.ts";

const FAILURE = new Error("the connection broke");

/** Uploads that end badly: what is sent for a blob, and how the upload then ends. */
const badUploads: readonly {
  readonly name: string;
  readonly body: (blob: TestBlob) => AsyncIterable<Uint8Array>;
  readonly failure: object;
}[] = [
  {
    name: "one byte too few",
    body: ({ bytes }) => bodyOf(bytes.subarray(1)),
    failure: { name: "RequestError", code: "invalid-argument" },
  },
  {
    name: "no bytes at all",
    body: () => bodyOf(new Uint8Array()),
    failure: { name: "RequestError", code: "invalid-argument" },
  },
  {
    name: "one byte too many",
    body: ({ bytes }) => bodyOf(concat([bytes, bytes.subarray(0, 1)])),
    failure: { name: "RequestError", code: "invalid-argument" },
  },
  {
    name: "one byte too many in a chunk of its own",
    body: ({ bytes }) => bodyOf(concat([bytes, bytes.subarray(0, 1)]), bytes.byteLength),
    failure: { name: "RequestError", code: "invalid-argument" },
  },
  {
    name: "another first byte",
    body: ({ bytes }) => bodyOf(bytes.with(0, (bytes[0] ?? 0) ^ 1)),
    failure: { name: "RequestError", code: "invalid-argument" },
  },
  {
    name: "another last byte",
    body: ({ bytes }) => bodyOf(bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)),
    failure: { name: "RequestError", code: "invalid-argument" },
  },
  {
    name: "a source that fails half-way",
    body: ({ bytes }) => failingBody(bytes.slice(0, bytes.byteLength / 2), FAILURE),
    failure: FAILURE,
  },
  {
    name: "a source that fails after the last byte",
    body: ({ bytes }) => failingBody(bytes.slice(), FAILURE),
    failure: FAILURE,
  },
];

export function describeRefusals({ create, capacityBytes }: BlobStoreTraits): void {
  describe("uploads that are refused", () => {
    it.for(badUploads)("leaves nothing of $name", async ({ body, failure }, { expect }) => {
      await using test = await create();
      const blob = await blobOf(100 * KIB);
      const upload = test.store.put(blob.digest, body(blob), callFor());
      await expect(upload).rejects.toMatchObject(failure);
      await expectAbsent(expect, test.store, blob.digest);

      await put(test.store, blob);
      expect(await isMissing(test.store, blob.digest)).toBe(false);
    });

    it("does not take the bytes of one blob for another of the same size", async ({ expect }) => {
      await using test = await create();
      const [asked, sent] = [await blobOf(500, 1), await blobOf(500, 2)];
      const upload = test.store.put(asked.digest, bodyOf(sent.bytes), callFor());
      await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
      await expectAbsent(expect, test.store, asked.digest);
      await expectAbsent(expect, test.store, sent.digest);
    });

    it.for([-1, 1])(
      "does not take a blob under a size that is off by %i",
      async (off, { expect }) => {
        await using test = await create();
        const { digest, bytes } = await blobOf(500);
        const wrong = { ...digest, sizeBytes: digest.sizeBytes + off };
        const upload = test.store.put(wrong, bodyOf(bytes), callFor());
        await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
        await expectAbsent(expect, test.store, wrong);
        await expectAbsent(expect, test.store, digest);
      },
    );

    it("verifies the bytes of a blob that it holds already", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(500);
      await put(test.store, blob);
      const upload = test.store.put(blob.digest, bodyOf(blob.bytes.with(7, 7)), callFor());
      await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
      expect(await isMissing(test.store, blob.digest)).toBe(false);
    });

    it("stops a source that has sent too much", async ({ expect }) => {
      await using test = await create();
      const blob = await blobOf(500);
      let stopped = false;
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield blob.bytes;
        } finally {
          stopped = true;
        }
      }
      const upload = test.store.put(blob.digest, endless(), callFor());
      await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
      expect(stopped).toBe(true);
    });

    it("refuses what can never fit before its first byte", async ({ expect }) => {
      await using test = await create();
      const tooLarge = absentDigest(0, test.store.maxBlobBytes + 1);
      let asked = false;
      async function* body(): AsyncGenerator<Uint8Array> {
        asked = true;
        yield new Uint8Array(1);
      }
      const upload = test.store.put(tooLarge, body(), callFor());
      await expect(upload).rejects.toMatchObject({ name: "StoreError", code: "too-large" });
      expect(asked).toBe(false);
    });
  });

  describe.runIf(capacityBytes !== undefined)("room after uploads that are refused", () => {
    const capacity = capacityBytes ?? 0;
    const half = Math.floor(capacity / 2);

    it.for(badUploads)("is not lost to $name, 100 times", async ({ body }, { expect }) => {
      await using test = await create();
      const bad = await blobOf(Math.ceil(capacity / 64));
      for (let i = 0; i < 100; i++) {
        await expect(test.store.put(bad.digest, body(bad), callFor())).rejects.toThrow();
      }
      await put(test.store, await blobOf(half, 2));
    });

    it("is not lost to large uploads that send little, or go away", async ({ expect }) => {
      await using test = await create();
      const little = new Uint8Array(10);
      for (let i = 0; i < 100; i++) {
        const { call, abort, reason } = abortableCall();
        async function* leaving(): AsyncGenerator<Uint8Array> {
          yield little;
          abort();
        }
        const short = test.store.put(absentDigest(i, half), bodyOf(little), callFor());
        await expect(short).rejects.toMatchObject({ code: "invalid-argument" });
        const aborted = test.store.put(absentDigest(i, half), leaving(), call);
        await expect(aborted).rejects.toBe(reason);
      }
      await put(test.store, await blobOf(half, 2));
    });
  });
}

async function expectAbsent(expect: ExpectStatic, store: BlobStore, digest: Digest): Promise<void> {
  expect(await isMissing(store, digest)).toBe(true);
  expect(await store.get(digest, { offset: 0 }, callFor())).toBeUndefined();
}
