import { describe, it } from "vitest";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { allDigestFunctions } from "../../shared/digest/digest-function.ts";
import { emptyDigest } from "../../shared/digest/digest.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { emptyBlob } from "../../shared/stores/decorators/empty-blob.ts";
import { bodyOf, failingBody, GatedBody } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bytesOf, KIB, MIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import type { BlobStoreTraits } from "./blob-store/under-test.ts";

const capacityBytes = 4 * MIB;
const leaseMs = 60_000;

function memoryBlobs(clock: ManualClock = new ManualClock()): MemoryBlobStore {
  return new MemoryBlobStore({ capacityBytes, leaseMs, clock, hashers: webHashers });
}

const nothing = (): Promise<void> => Promise.resolve();

function traitsOf(decorate: (base: BlobStore) => BlobStore): BlobStoreTraits {
  return {
    create: () => {
      const clock = new ManualClock();
      const store = decorate(memoryBlobs(clock));
      return Promise.resolve({ store, clock, [Symbol.asyncDispose]: nothing });
    },
    leaseMs,
    boundaries: [MIB, 2 * MIB],
    capacityBytes,
    evictsInOrderOfUse: true,
  };
}

describeBlobStore(
  "memory",
  traitsOf((base) => base),
);
describeBlobStore(
  "emptyBlob around memory",
  traitsOf((base) => emptyBlob(base, webHashers)),
);

describe("emptyBlob's own", () => {
  it.for(allDigestFunctions)("the empty blob of %s is always there", async (name, { expect }) => {
    const store = emptyBlob(memoryBlobs(), webHashers);
    const empty = emptyDigest(name);
    expect(await store.findMissing([empty], callFor("anywhere"))).toEqual([]);
    const source = await store.get(empty, { offset: 0 }, callFor("anywhere"));
    expect(source?.sizeBytes).toBe(0);
    const { sizeBytes: _, ...sizeless } = empty;
    expect(await store.get(sizeless, { offset: 0 }, callFor())).toBeDefined();
  });

  it("its hash names nothing with another size", async ({ expect }) => {
    const store = emptyBlob(memoryBlobs(), webHashers);
    const wrong = { ...emptyDigest("sha256"), sizeBytes: 1 };
    expect(await store.findMissing([wrong], callFor())).toEqual([wrong]);
    expect(await store.get(wrong, { offset: 0 }, callFor())).toBeUndefined();
  });

  it("takes no room and no bytes", async ({ expect }) => {
    const base = memoryBlobs();
    const store = emptyBlob(base, webHashers);
    await store.put(emptyDigest("sha256"), bodyOf(new Uint8Array()), callFor());
    expect(base.usedBytes).toBe(0);
    const wrong = store.put(emptyDigest("sha256"), bodyOf(new Uint8Array(1)), callFor());
    await expect(wrong).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

describe("the memory blob store's own", () => {
  it("takes memory for what has come, not for what was declared", async ({ expect }) => {
    const store = memoryBlobs();
    const body = new GatedBody(bytesOf(10 * KIB));
    const upload = store.put(absentDigest(0, 3 * MIB), body, callFor());
    await body.held;
    expect(store.usedBytes).toBeGreaterThan(0);
    expect(store.usedBytes).toBeLessThanOrEqual(MIB);
    body.release();
    await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
    expect(store.usedBytes).toBe(0);
  });

  it("counts to the byte: failed uploads and repeats take nothing", async ({ expect }) => {
    const store = memoryBlobs();
    const blob = await blobOf(MIB + 5);
    await store.put(blob.digest, bodyOf(blob.bytes), callFor());
    const used = store.usedBytes;
    expect(used).toBeGreaterThan(blob.bytes.byteLength);
    await store.put(blob.digest, bodyOf(blob.bytes), callFor());
    const other = store.put(absentDigest(), failingBody(bytesOf(5), new Error("gone")), callFor());
    await expect(other).rejects.toThrow("gone");
    expect(store.usedBytes).toBe(used);
  });

  it("has room for as many small blobs as it counts", async ({ expect }) => {
    const store = memoryBlobs();
    const blob = await blobOf(1);
    const upload = (index: number): Promise<void> =>
      store.put(blob.digest, bodyOf(blob.bytes), callFor(`instance-${index}`));
    await upload(0);
    const room = Math.floor(capacityBytes / store.usedBytes);
    for (let index = 1; index < room; index++) await upload(index);
    await expect(upload(room)).rejects.toMatchObject({ code: "exhausted" });
    expect(store.usedBytes).toBeLessThanOrEqual(capacityBytes);
  });
});

describeActionStore("memory", {
  create: () => {
    const store = new MemoryActionStore({ capacityBytes });
    return Promise.resolve({ store, [Symbol.asyncDispose]: nothing });
  },
  largestResultBytes: 3 * MIB,
});

describe("a memory action store with leases", () => {
  const result = bytesOf(10 * KIB);

  it("keeps what was used, refuses what there is no room for, and replaces nothing in vain", async ({
    expect,
  }) => {
    const clock = new ManualClock();
    const lease = { ms: leaseMs, clock };
    const store = new MemoryActionStore({ capacityBytes: 50 * KIB, lease });
    const put = async (index: number, bytes: Uint8Array = result): Promise<void> =>
      await store.put(absentDigest(index), { result: bytes, references: [] }, callFor());
    const has = async (index: number): Promise<boolean> =>
      (await store.get(absentDigest(index), callFor())) !== undefined;
    for (let index = 0; index < 4; index++) await put(index);
    clock.advance(leaseMs - 1);
    await expect(put(4)).rejects.toMatchObject({ name: "StoreError", code: "exhausted" });
    await expect(put(0, bytesOf(30 * KIB))).rejects.toMatchObject({ code: "exhausted" });
    expect(await has(0)).toBe(true);
    clock.advance(2);
    await put(5);
    expect(await has(1)).toBe(false);
    for (const index of [0, 2, 3, 5]) expect(await has(index)).toBe(true);
  });
});

describe("the memory action store's own", () => {
  const { function: name } = absentDigest();
  const result = bytesOf(10 * KIB);
  const hashOf = (index: number) => ({ function: name, hash: absentDigest(index).hash });

  it("stays in its bounds, and drops what is longest out of use", async ({ expect }) => {
    const store = new MemoryActionStore({ capacityBytes: 100 * KIB });
    await store.put(hashOf(0), { result, references: [] }, callFor());
    for (let i = 1; i < 100; i++) {
      await store.put(hashOf(i), { result, references: [absentDigest(i)] }, callFor());
      expect(store.usedBytes).toBeLessThanOrEqual(100 * KIB);
      expect(await store.get(hashOf(0), callFor())).toBeDefined();
    }
    expect(await store.get(hashOf(99), callFor())).toBeDefined();
    expect(await store.get(hashOf(98), callFor())).toBeDefined();
    expect(await store.get(hashOf(50), callFor())).toBeUndefined();
  });

  it("counts an entry once, however often it is replaced", async ({ expect }) => {
    const store = new MemoryActionStore({ capacityBytes });
    await store.put(hashOf(1), { result, references: undefined }, callFor());
    const used = store.usedBytes;
    for (let i = 0; i < 10; i++) {
      await store.put(hashOf(1), { result, references: undefined }, callFor());
    }
    expect(store.usedBytes).toBe(used);
  });

  it("refuses what can never fit, and keeps what it had", async ({ expect }) => {
    const store = new MemoryActionStore({ capacityBytes: 20 * KIB });
    await store.put(hashOf(1), { result, references: [] }, callFor());
    const references = Array.from({ length: 200 }, (_, i) => absentDigest(i));
    const refused = store.put(hashOf(1), { result, references }, callFor());
    await expect(refused).rejects.toMatchObject({ name: "StoreError", code: "too-large" });
    expect((await store.get(hashOf(1), callFor()))?.references).toEqual([]);
  });
});
