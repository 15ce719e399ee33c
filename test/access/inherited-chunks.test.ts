import { describe, it } from "vitest";
import type { GrantSetting } from "../../functions/access/policy.ts";
import type { Digest } from "../../shared/digest/digest.ts";
import { limits } from "../../shared/limits.ts";
import type { Services } from "../../shared/services/services.ts";
import type { Call } from "../../shared/stores/call.ts";
import { blobFrom, blobOf, type TestBlob } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { concat, KIB, MIB, readAll, sameBytes } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { chunksOf } from "../support/in-chunks.ts";
import { callBy, caches, PR } from "./beneath.ts";

type TestServices = Pick<Services, "chunks" | "store">;

const SMALL = 300 * KIB;
const LARGE = limits.splicedBytes + 500 * KIB;
const above = callFor("main");

/** A call in an instance beneath `main`, by somebody who may read that. */
function callBeneath(rights: GrantSetting["rights"], sharing: readonly string[] = []): Call {
  const grants: readonly GrantSetting[] = [
    { instance: "main", rights: ["read"] },
    { instance: PR, rights },
  ];
  return callBy(grants, PR, sharing);
}

const beneath = callBeneath(["read", "write"]);

async function keep({ store }: TestServices, blobs: readonly TestBlob[], call: Call) {
  for (const { digest, bytes } of blobs) await store.put(digest, bodyOf(bytes), call);
  return blobs.map(({ digest }) => digest);
}

/** Stores the chunks of a blob above, but for the last one, which is stored beneath. */
async function scatter(cache: TestServices, blob: TestBlob): Promise<readonly Digest[]> {
  const chunks = await chunksOf(blob, 100 * KIB);
  return [
    ...(await keep(cache, chunks.slice(0, -1), above)),
    ...(await keep(cache, chunks.slice(-1), beneath)),
  ];
}

async function splice(
  { chunks: service }: TestServices,
  { digest }: Pick<TestBlob, "digest">,
  chunks: readonly Digest[],
  call: Call,
): Promise<void> {
  await service.splice(digest, { chunks, cutBy: "unknown" }, call);
}

async function isPresent({ store }: TestServices, digest: Digest, call: Call): Promise<boolean> {
  return (await store.findMissing([digest], call)).length === 0;
}

async function bytesAt({ store }: TestServices, digest: Digest, call: Call): Promise<Uint8Array> {
  const source = await store.get(digest, { offset: 0 }, call);
  if (source === undefined) throw new Error(`${digest.hash} is absent`);
  return await readAll(source);
}

async function holds(cache: TestServices, { digest, bytes }: TestBlob, call: Call) {
  return sameBytes(await bytesAt(cache, digest, call), bytes);
}

/** Splits a blob. Its chunks, if they are there for the same caller and make the blob. */
async function split(cache: TestServices, { digest, bytes }: TestBlob, call: Call) {
  const { chunks } = await cache.chunks.split(digest, call);
  if ((await cache.store.findMissing(chunks, call)).length > 0) throw new Error("chunks lack");
  const parts: Uint8Array[] = [];
  for (const chunk of chunks) parts.push(await bytesAt(cache, chunk, call));
  if (!sameBytes(concat(parts), bytes)) throw new Error("the chunks are not the blob");
  return chunks;
}

describe.for(Object.entries(caches))("over %s, a splice beneath", ([, createOne]) => {
  it.for([SMALL, LARGE])("may have chunks from above: %i bytes", async (size, { expect }) => {
    const cache = createOne();
    const blob = await blobOf(size);
    await splice(cache, blob, await scatter(cache, blob), beneath);
    expect(await isPresent(cache, blob.digest, beneath)).toBe(true);
    expect(await holds(cache, blob, beneath)).toBe(true);
    expect(await isPresent(cache, blob.digest, above)).toBe(false);
    await split(cache, blob, beneath);
  });

  it("may have large chunks from above, whole ones and spliced ones", async ({ expect }) => {
    const cache = createOne();
    const [own, spliced, whole] = [
      await blobOf(SMALL, 1),
      await blobOf(LARGE, 2),
      await blobOf(LARGE, 3),
    ];
    await keep(cache, [own], beneath);
    await keep(cache, [whole], above);
    await splice(cache, spliced, await keep(cache, await chunksOf(spliced, MIB), above), above);
    const chunks = [own, spliced, whole];
    const blob = await blobFrom(concat(chunks.map(({ bytes }) => bytes)));
    await splice(
      cache,
      blob,
      chunks.map(({ digest }) => digest),
      beneath,
    );
    expect(await holds(cache, blob, beneath)).toBe(true);
  });

  it.for([SMALL, LARGE])("is verified as any other: %i bytes", async (size, { expect }) => {
    const cache = createOne();
    const [blob, other] = [await blobOf(size, 1), await blobOf(size, 2)];
    const spliced = splice(cache, other, await scatter(cache, blob), beneath);
    await expect(spliced).rejects.toMatchObject({
      code: "invalid-argument",
      violations: [{ field: "blob_digest" }],
    });
    expect(await isPresent(cache, other.digest, beneath)).toBe(false);
  });

  it("sees no chunks where its caller may not read", async ({ expect }) => {
    const cache = createOne();
    const blob = await blobOf(LARGE);
    const chunks = await keep(cache, await chunksOf(blob, MIB), callFor("main/pr-18"));
    const spliced = splice(cache, blob, chunks, beneath);
    await expect(spliced).rejects.toMatchObject({ code: "not-found" });
  });
});

describe.for(Object.entries(caches))("over %s, a split beneath", ([, createOne]) => {
  it("gives the chunks that are known above", async ({ expect }) => {
    const cache = createOne();
    const blob = await blobOf(LARGE);
    const chunks = await keep(cache, await chunksOf(blob, SMALL), above);
    await splice(cache, blob, chunks, above);
    expect(await split(cache, blob, beneath)).toEqual(chunks);
    expect(await split(cache, blob, callBeneath(["read"]))).toEqual(chunks);
  });

  it("cuts what is above, and puts nothing there", async ({ expect }) => {
    const cache = createOne();
    const blob = await blobOf(LARGE);
    await keep(cache, [blob], above);
    const chunks = await split(cache, blob, beneath);
    expect(chunks.length).toBeGreaterThan(1);
    expect(await cache.store.findMissing(chunks, above)).toEqual(chunks);
    expect(await split(cache, blob, beneath)).toEqual(chunks);
  });

  it("cuts it although some of its chunks are above as well", async ({ expect }) => {
    const cache = createOne();
    const elsewhere = callFor("elsewhere");
    const blob = await blobOf(LARGE);
    await keep(cache, [blob], elsewhere);
    const chunks = await split(cache, blob, elsewhere);
    for (const chunk of chunks.slice(1)) {
      await keep(cache, [await blobFrom(await bytesAt(cache, chunk, elsewhere))], above);
    }
    await keep(cache, [blob], above);
    expect(await split(cache, blob, beneath)).toEqual(chunks);
  });

  it("tells who may only read to read what is above whole", async ({ expect }) => {
    const cache = createOne();
    const blob = await blobOf(LARGE);
    await keep(cache, [blob], above);
    const refused = cache.chunks.split(blob.digest, callBeneath(["read"]));
    await expect(refused).rejects.toThrow("read it whole");
  });

  it("knows nothing of what is where its caller may not read", async ({ expect }) => {
    const cache = createOne();
    const blob = await blobOf(LARGE);
    await keep(cache, [blob], callFor("main/pr-18"));
    const refused = cache.chunks.split(blob.digest, beneath);
    await expect(refused).rejects.toThrow("is not in the cache");
  });
});

describe("a large blob that is spliced beneath", () => {
  it("takes no room beside chunks that are all its own, or shared", async ({ expect }) => {
    for (const call of [beneath, callBeneath(["read", "write"], ["main"])]) {
      const cache = createCache();
      const blob = await blobOf(LARGE);
      const chunks = await keep(cache, await chunksOf(blob, SMALL), call);
      const { usedBytes } = cache.memory;
      await splice(cache, blob, chunks, call);
      expect(cache.memory.usedBytes).toBe(usedBytes);
      expect(await holds(cache, blob, call)).toBe(true);
    }
  });

  it("outlives chunks from above", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const blob = await blobOf(LARGE);
    const chunks = await scatter(cache, blob);
    await splice(cache, blob, chunks, beneath);
    cache.clock.advance(limits.leaseMs - 1);
    expect(await isPresent(cache, blob.digest, beneath)).toBe(true);
    cache.clock.advance(limits.leaseMs - 1);
    for (let seed = 2; seed < 12; seed++) {
      await keep(cache, [await blobOf(MIB, seed)], above).catch(() => undefined);
    }
    expect(await cache.memory.findMissing(chunks, above)).toEqual(chunks);
    expect(await holds(cache, blob, beneath)).toBe(true);
  });
});

it("a split beneath is a lease on what is above", async ({ expect }) => {
  const cache = createCache({ capacityBytes: 8 * MIB });
  const blob = await blobOf(LARGE);
  await keep(cache, [blob], above);
  await split(cache, blob, above);
  cache.clock.advance(limits.leaseMs - 1);
  const { chunks } = await cache.chunks.split(blob.digest, beneath);
  cache.clock.advance(limits.leaseMs - 1);
  for (let seed = 2; seed < 12; seed++) {
    await keep(cache, [await blobOf(MIB, seed)], above).catch(() => undefined);
  }
  expect(await cache.memory.findMissing([blob.digest, ...chunks], above)).toEqual([]);
});
