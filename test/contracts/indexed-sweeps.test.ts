import { describe, it } from "vitest";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { uploadsOverBefore } from "../../shared/stores/indexed/lease-policy.ts";
import { type ObjectKey, objectKeyOf } from "../../shared/stores/indexed/object-key.ts";
import { blobKey } from "../../shared/stores/indexed/row-key.ts";
import { allShards } from "../../shared/stores/indexed/sweeper.ts";
import { newUploadId } from "../../shared/stores/indexed/upload-id.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { holds, put } from "./blob-store/under-test.ts";
import { namesIn } from "./object-store/under-test.ts";

const { signal, instanceName } = callFor();
const { renewEveryMs, keepMs } = testPolicy;

/** How old an upload is that can no longer be committed, by any clock. */
const overMs = 1 - uploadsOverBefore(0, testPolicy);

function createStores() {
  const parts = indexedParts();
  const stores = createIndexedStores(parts);
  const sweep = async () =>
    await stores.sweeper.sweep({ maxRows: 1000, shards: allShards }, signal);
  /** Makes an object that begins to be uploaded now, and no row. */
  const abandon = async ({ digest, bytes }: TestBlob): Promise<void> => {
    const upload = newUploadId(parts.clock, parts.fillRandom);
    const key = objectKeyOf({ key: blobKey(digest, instanceName), upload });
    await parts.objects.put(key, digest, bodyOf(bytes), signal);
  };
  return { ...stores, ...parts, sweep, abandon };
}

describe("a sweep", () => {
  it("deletes what no row names once none can name it, and not before", async ({ expect }) => {
    const { blobs, objects, clock, sweep, abandon } = createStores();
    const [kept, lost] = [await blobOf(2000, 1), await blobOf(2000, 2)];
    await put(blobs, kept);
    await abandon(kept);
    await abandon(lost);
    clock.advance(overMs - 1);
    expect(await sweep()).toMatchObject({ orphans: 0 });
    expect(await namesIn(objects)).toHaveLength(3);
    clock.advance(1);
    expect(await sweep()).toMatchObject({ orphans: 2, removedRows: 0 });
    expect(await namesIn(objects)).toHaveLength(1);
    expect(await holds(blobs, kept)).toBe(true);
  });

  it("leaves alone what is none of ours, and counts it", async ({ expect }) => {
    const { objects, clock, sweep, abandon } = createStores();
    const blob = await blobOf(2000);
    await abandon(blob);
    const [orphan = ""] = await namesIn(objects);
    const foreign = [
      `${orphan}.tmp`,
      orphan.replace("cas", "cat"),
      `${orphan.slice(0, 3)}README.md`,
    ];
    for (const name of foreign) {
      await objects.put(name as ObjectKey, blob.digest, bodyOf(blob.bytes), signal);
    }
    clock.advance(overMs);
    expect(await sweep()).toMatchObject({ orphans: 1, foreignObjects: 3 });
    expect((await namesIn(objects)).toSorted()).toEqual(foreign.toSorted());
  });

  it("looks at no other shards than it is told", async ({ expect }) => {
    const { sweeper, objects, clock, abandon } = createStores();
    const blob = await blobOf(2000);
    await abandon(blob);
    clock.advance(overMs);
    const own = Number.parseInt(blob.digest.hash.slice(0, 2), 16);
    const others = allShards.filter((shard) => shard !== own);
    const bounds = { maxRows: 1000, shards: others };
    expect(await sweeper.sweep(bounds, signal)).toMatchObject({ orphans: 0 });
    expect(await namesIn(objects)).toHaveLength(1);
  });

  it("leaves an action result in use, whose references nobody knows", async ({ expect }) => {
    const { actions, clock, sweep } = createStores();
    const [used, unused] = [absentDigest(1), absentDigest(2)];
    const entry = { result: bytesOf(100), references: undefined };
    for (const name of [used, unused]) await actions.put(name, entry, callFor());
    const days = Math.ceil((2 * keepMs) / renewEveryMs);
    for (let day = 0; day < days; day++) {
      clock.advance(renewEveryMs);
      await sweep();
      expect(await actions.get(used, callFor())).toMatchObject({ completeness: "unknown" });
    }
    expect(await actions.get(unused, callFor())).toBeUndefined();
  });
});
