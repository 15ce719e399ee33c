import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { BatchReadBlobsResponseSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { BatchReadResult } from "../../shared/services/blob-service.ts";
import { absentDigest, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, KIB, MIB, readAll } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { CallCounter, overriding } from "../support/overriding.ts";
import { messageOf } from "../support/trees.ts";

async function keepMany(cache: TestCache, count: number, size: number): Promise<TestBlob[]> {
  const blobs: TestBlob[] = [];
  for (let seed = 1; seed <= count; seed++) blobs.push(await cache.keep(bytesOf(size, seed)));
  return blobs;
}

/** What the answer takes on the wire, with a message for each blob that is not in it. */
function responseBytes(results: readonly BatchReadResult[]): number {
  const responses = results.map((result) => {
    const digest = messageOf(result.digest);
    if ("data" in result) return { digest, data: result.data };
    return { digest, status: { code: 8, message: String(result.error) } };
  });
  return toBinary(BatchReadBlobsResponseSchema, create(BatchReadBlobsResponseSchema, { responses }))
    .byteLength;
}

describe("a batch of reads", () => {
  it("fits a response when it is as large as a batch may be", async ({ expect }) => {
    const cache = createCache();
    const blobs = await keepMany(cache, 4, limits.batchBytes / 4);
    const digests = blobs.map(({ digest }) => digest);
    const results = await cache.blobs.readBatch(digests, callFor());
    expect(results.every((result) => "data" in result)).toBe(true);
    expect(responseBytes(results)).toBeLessThanOrEqual(limits.responseMessageBytes);
  });

  it("leaves out what would make the response too large, to be asked for again", async ({
    expect,
  }) => {
    const cache = createCache();
    const large = await keepMany(cache, 2, (limits.batchBytes - 2000) / 2);
    const small = await keepMany(cache, 1000, 2);
    let left = [...small, ...large].map(({ digest }) => digest);
    for (let round = 1; left.length > 0; round++) {
      const results = await cache.blobs.readBatch(left, callFor());
      expect(results.map(({ digest }) => digest)).toEqual(left);
      expect(responseBytes(results)).toBeLessThanOrEqual(limits.responseMessageBytes);
      const refused = results.filter((result) => "error" in result);
      for (const { error } of refused) {
        expect(error).toMatchObject({ name: "RequestError", code: "resource-exhausted" });
      }
      expect(refused.length).toBeLessThan(left.length);
      if (round === 1) expect(refused.length).toBeGreaterThan(0);
      left = refused.map(({ digest }) => digest);
    }
  });

  it.for([100, 5000])(
    "fits a response when none of %i blobs is there",
    async (count, { expect }) => {
      const cache = createCache();
      const digests = Array.from({ length: count }, (_, index) => absentDigest(index, 1));
      const results = await cache.blobs.readBatch(digests, callFor());
      expect(results).toHaveLength(count);
      expect(responseBytes(results)).toBeLessThanOrEqual(limits.responseMessageBytes);
    },
  );

  it("is refused when a response has no room for as many, however small", async ({ expect }) => {
    const cache = createCache();
    const digests = Array.from({ length: 40_000 }, (_, index) => absentDigest(index, 1));
    const read = cache.blobs.readBatch(digests, callFor());
    await expect(read).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("is refused as a whole above the batch limit, before any read", async ({ expect }) => {
    const counter = new CallCounter();
    const cache = createCache(counter);
    const over = [absentDigest(1, limits.batchBytes), absentDigest(2, 1)];
    await expect(cache.blobs.readBatch(over, callFor())).rejects.toMatchObject({
      code: "invalid-argument",
    });
    expect(counter.gets).toBe(0);
  });

  it("says for each blob alone that it is missing or cannot be read", async ({ expect }) => {
    const unreadable = await blobOf(20);
    const failure = new StoreError("corrupt", "the checksum does not match");
    const cache = createCache({
      decorate: (base) =>
        overriding(base, {
          get: (name, ...args) =>
            name.hash === unreadable.digest.hash
              ? Promise.reject(failure)
              : base.get(name, ...args),
        }),
    });
    const [blob] = await keepMany(cache, 1, 10);
    if (blob === undefined) throw new Error("no blob");
    const asked = [absentDigest(), unreadable.digest, blob.digest, blob.digest];
    const results = await cache.blobs.readBatch(asked, callFor());
    expect(results).toMatchObject([
      { error: { code: "not-found" } },
      { error: failure },
      { data: blob.bytes },
      { data: blob.bytes },
    ]);
  });

  it("ends when its client goes away", async ({ expect }) => {
    const { call, reason, abort } = abortableCall();
    const cache = createCache();
    abort();
    await expect(cache.blobs.readBatch([absentDigest()], call)).rejects.toBe(reason);
  });
});

describe("a read", () => {
  const size = 10 * KIB;

  it.for([
    [0n, 0n, 0, size],
    [5n, 0n, 5, size],
    [5n, 7n, 5, 12],
    [0n, 2n ** 63n - 1n, 0, size],
    [BigInt(size), 0n, size, size],
    [BigInt(size), 3n, size, size],
  ] as const)("from %d with the limit %d", async ([offset, limit, start, end], { expect }) => {
    const cache = createCache();
    const { digest, bytes } = await cache.keep(bytesOf(size));
    const source = await cache.blobs.read(digest, offset, limit, callFor());
    expect(await readAll(source)).toEqual(bytes.slice(start, end));
  });

  it.for([
    [-1n, 0n, "out-of-range"],
    [0n, -1n, "invalid-argument"],
    [BigInt(size) + 1n, 0n, "out-of-range"],
    [2n ** 63n - 1n, 0n, "out-of-range"],
  ] as const)(
    "refuses the offset %d with the limit %d",
    async ([offset, limit, code], { expect }) => {
      const cache = createCache();
      const { digest } = await cache.keep(bytesOf(size));
      const read = async (): Promise<unknown> =>
        await cache.blobs.read(digest, offset, limit, callFor());
      await expect(read()).rejects.toMatchObject({ name: "RequestError", code });
    },
  );

  it("is of a missing blob first, and of an offset outside it then", async ({ expect }) => {
    const cache = createCache();
    for (const offset of [0n, 5n, 10n, 11n, BigInt(MIB)]) {
      const read = async (): Promise<unknown> =>
        await cache.blobs.read(absentDigest(0, 10), offset, 0n, callFor());
      await expect(read()).rejects.toMatchObject({ code: "not-found" });
    }
  });
});
