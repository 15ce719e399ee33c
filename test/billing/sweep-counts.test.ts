import { it } from "vitest";
import { StoreError } from "../../shared/stores/store-error.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { uploadsOverBefore } from "../../shared/stores/indexed/lease-policy.ts";
import { objectKeyOf } from "../../shared/stores/indexed/object-key.ts";
import { blobKey } from "../../shared/stores/indexed/row-key.ts";
import { allShards } from "../../shared/stores/indexed/sweeper.ts";
import { newUploadId } from "../../shared/stores/indexed/upload-id.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { bodyOf } from "../support/bodies.ts";
import { blobOf } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { takenCounts } from "../support/counts.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";

const { signal, instanceName } = callFor();
const bounds = { maxRows: 1000, shards: allShards };

async function cacheWith(quotaBytes: number | undefined) {
  const meter = new Meter();
  const policy = { ...testPolicy, ...(quotaBytes === undefined ? {} : { quotaBytes }) };
  const parts = indexedParts({ meter, policy });
  const { blobs, sweeper } = createIndexedStores(parts);
  // Two in rows, three in objects.
  for (const [seed, size] of [10, 20, 5000, 6000, 7000].entries()) {
    const { digest, bytes } = await blobOf(size, seed);
    await blobs.put(digest, bodyOf(bytes), callFor());
  }
  return { ...parts, sweeper, meter };
}

it("counts rows that nobody used, and their objects", async ({ expect }) => {
  const { clock, sweeper, meter } = await cacheWith(undefined);
  clock.advance(testPolicy.renewEveryMs + testPolicy.keepMs + testPolicy.leaseMs * 2);
  await sweeper.sweep(bounds, signal);
  expect(takenCounts(meter)).toEqual({ unused: 5, object: 3 });
});

it("counts rows that a quota has no room for", async ({ expect }) => {
  const { clock, sweeper, meter } = await cacheWith(1);
  clock.advance(testPolicy.renewEveryMs + testPolicy.leaseMs * 2);
  await sweeper.sweep(bounds, signal);
  expect(takenCounts(meter)).toEqual({ quota: 5, object: 3 });
});

it("counts orphans", async ({ expect }) => {
  const { clock, fillRandom, objects, sweeper, meter } = await cacheWith(undefined);
  const { digest, bytes } = await blobOf(2000, 99);
  const upload = newUploadId(clock, fillRandom);
  const key = objectKeyOf({ key: blobKey(digest, instanceName), upload });
  await objects.put(key, digest, bodyOf(bytes), signal);
  clock.advance(1 - uploadsOverBefore(0, testPolicy));
  await sweeper.sweep(bounds, signal);
  expect(takenCounts(meter)).toEqual({ orphan: 1 });
});

it("counts what one removed that broke off", async ({ expect }) => {
  const { sweeper: _, ...parts } = await cacheWith(undefined);
  const { clock, objects, meter } = parts;
  clock.advance(testPolicy.renewEveryMs + testPolicy.keepMs + testPolicy.leaseMs * 2);
  const broken = countedObjects(objects);
  broken.delete = () => Promise.reject(new StoreError("unavailable", "no bucket"));
  const { sweeper } = createIndexedStores({ ...parts, objects: broken });
  await expect(sweeper.sweep(bounds, signal)).rejects.toThrow("no bucket");
  expect(takenCounts(meter)).toEqual({ unused: 5 });
});
