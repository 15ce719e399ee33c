import { describe, it } from "vitest";
import type { Digest } from "../../../shared/digest/digest.ts";
import { bodyOf, GatedBody, SilentBody } from "../../support/bodies.ts";
import { absentDigest, blobOf } from "../../support/blobs.ts";
import { MIB, readAll } from "../../support/bytes.ts";
import { abortableCall, callFor } from "../../support/calls.ts";
import { type BlobStoreTraits, holds, isMissing, put } from "./under-test.ts";

/** Every method ends when its call does, with the signal's own reason, and leaves nothing half done. */
export function describeAborts({ create }: BlobStoreTraits): void {
  describe("a call that is over before it begins", () => {
    it("does not put", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      abort();
      const blob = await blobOf(100);
      await expect(test.store.put(blob.digest, bodyOf(blob.bytes), call)).rejects.toBe(reason);
      expect(await isMissing(test.store, blob.digest)).toBe(true);
    });

    it("does not get, present or not", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      abort();
      const blob = await blobOf(100);
      await put(test.store, blob);
      const getting = async (digest: Digest): Promise<unknown> =>
        await test.store.get(digest, { offset: 0 }, call);
      await expect(getting(blob.digest)).rejects.toBe(reason);
      await expect(getting(absentDigest())).rejects.toBe(reason);
    });

    it("does not find", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      abort();
      const finding = async (): Promise<unknown> =>
        await test.store.findMissing([absentDigest()], call);
      await expect(finding()).rejects.toBe(reason);
    });
  });

  describe("a call that ends", () => {
    it.for([0, 50])(
      "ends a put whose source is silent after %i bytes",
      async (sent, { expect }) => {
        await using test = await create();
        const { call, reason, abort } = abortableCall();
        const blob = await blobOf(100);
        const body = new SilentBody(blob.bytes.subarray(0, sent));
        const upload = test.store.put(blob.digest, body, call);
        await body.awaited;
        abort();
        await expect(upload).rejects.toBe(reason);
        await body.stopped;
        expect(await isMissing(test.store, blob.digest)).toBe(true);

        await put(test.store, blob);
        expect(await holds(test.store, blob)).toBe(true);
      },
    );

    it("ends a put between two chunks", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      const blob = await blobOf(100);
      async function* body(): AsyncGenerator<Uint8Array> {
        yield blob.bytes.subarray(0, 50);
        abort();
        yield blob.bytes.subarray(50);
      }
      await expect(test.store.put(blob.digest, body(), call)).rejects.toBe(reason);
      expect(await isMissing(test.store, blob.digest)).toBe(true);
    });

    it("ends a read before its first byte", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      const blob = await blobOf(100);
      await put(test.store, blob);
      const source = await test.store.get(blob.digest, { offset: 0 }, call);
      if (source === undefined) throw new Error("a miss");
      abort();
      await expect(readAll(source)).rejects.toBe(reason);
    });

    it("ends a read in its middle", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      const blob = await blobOf(3 * MIB);
      await put(test.store, blob);
      const source = await test.store.get(blob.digest, { offset: 0 }, call);
      if (source === undefined) throw new Error("a miss");
      const reader = source[Symbol.asyncIterator]();
      const first = await reader.next();
      expect(first.done).toBe(false);
      abort();
      await expect(reader.next()).rejects.toBe(reason);
    });

    it("does not touch the calls of others", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      const blob = await blobOf(1000);
      const [leaving, staying] = [new GatedBody(blob.bytes), new GatedBody(blob.bytes)];
      const left = test.store.put(blob.digest, leaving, call);
      const stayed = test.store.put(blob.digest, staying, callFor());
      await Promise.all([leaving.held, staying.held]);
      abort();
      await expect(left).rejects.toBe(reason);
      staying.release();
      await stayed;
      expect(await holds(test.store, blob)).toBe(true);
    });
  });
}
