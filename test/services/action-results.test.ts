import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { ActionResultSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { actionKey, isHit, writeResult } from "../support/action-results.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bytesOf, MIB } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { overriding } from "../support/overriding.ts";
import { directoryOf, messageOf, treeOf } from "../support/trees.ts";

describe("an action result", () => {
  it("is judged by what it refers to now", async ({ expect }) => {
    const cache = createCache();
    const [present, absent] = [await cache.keep(bytesOf(10, 1)), await blobOf(10, 2)];
    for (const [blob, hit] of [
      [present, true],
      [absent, false],
      [present, true],
    ] as const) {
      await writeResult(cache, { outputFiles: [{ path: "f", digest: messageOf(blob.digest) }] });
      expect(await isHit(cache)).toBe(hit);
    }
  });

  it("keeps what it refers to for the lease when it is returned", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 4 * MIB });
    const file = await cache.keep(bytesOf(MIB, 1));
    const tree = await cache.keep((await treeOf(await directoryOf([file.digest]))).bytes);
    await writeResult(cache, {
      outputDirectories: [{ path: "out", treeDigest: messageOf(tree.digest) }],
    });
    const flood = async (seed: number): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        const { digest, bytes } = await blobOf(MIB / 2, seed + i);
        await cache.memory.put(digest, bodyOf(bytes), callFor()).catch(() => undefined);
      }
    };
    for (let round = 1; round <= 3; round++) {
      cache.clock.advance(limits.leaseMs - 1);
      await flood(100 * round);
      expect(await isHit(cache)).toBe(true);
    }
    cache.clock.advance(limits.leaseMs + 1);
    await flood(1000);
    expect(await isHit(cache)).toBe(false);
  });

  it("comes back with the fields of a newer client", async ({ expect }) => {
    const cache = createCache();
    const result = create(ActionResultSchema, { exitCode: 3 });
    const newer = Uint8Array.of(...toBinary(ActionResultSchema, result), 0xa2, 0x06, 1, 42);
    await cache.actions.put(actionKey, result, newer, callFor());
    const found = await cache.actions.get(actionKey, callFor());
    expect(found && toBinary(ActionResultSchema, found)).toEqual(newer);
  });

  it("is a miss under another size of its action, unless one side knows none", async ({
    expect,
  }) => {
    const cache = createCache();
    const { sizeBytes: _, ...sizeless } = actionKey;
    await writeResult(cache, {});
    expect(await cache.actions.get({ ...actionKey, sizeBytes: 101 }, callFor())).toBeUndefined();
    expect(await cache.actions.get(sizeless, callFor())).toBeDefined();
    const result = create(ActionResultSchema);
    await cache.actions.put(sizeless, result, new Uint8Array(), callFor());
    expect(await cache.actions.get({ ...actionKey, sizeBytes: 101 }, callFor())).toBeDefined();
  });

  it("is a miss when its bytes no longer decode", async ({ expect }) => {
    const cache = createCache();
    const damaged = { result: Uint8Array.of(0xff, 0xff), references: [] };
    await cache.actionStore.put(actionKey, damaged, callFor());
    expect(await isHit(cache)).toBe(false);
  });

  it("is no miss when the store is broken: that is said", async ({ expect }) => {
    const broken = new StoreError("unavailable", "the disk does not answer");
    const fail = (): Promise<never> => Promise.reject(broken);
    const cache = createCache({
      decorate: (base) => overriding(base, { findMissing: fail, get: fail }),
    });
    const entry = { result: new Uint8Array(), references: [absentDigest()] };
    await cache.actionStore.put(actionKey, entry, callFor());
    await expect(cache.actions.get(actionKey, callFor())).rejects.toBe(broken);

    const treeDigest = messageOf(absentDigest());
    const result = create(ActionResultSchema, { outputDirectories: [{ path: "out", treeDigest }] });
    const bytes = toBinary(ActionResultSchema, result);
    await expect(cache.actions.put(actionKey, result, bytes, callFor())).rejects.toBe(broken);
    await cache.actionStore.put(actionKey, { result: bytes, references: undefined }, callFor());
    await expect(cache.actions.get(actionKey, callFor())).rejects.toBe(broken);
  });
});
