import fc from "fast-check";
import { describe, it } from "vitest";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { BlobStoreModel, stepsOf } from "../support/blob-store-model.ts";
import { blobOf } from "../support/blobs.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { fewRuns } from "../support/runs.ts";
import { webHashers } from "../support/web-hashers.ts";

const leaseMs = 100;
const capacityBytes = MIB;
const sizes = [1, 50, 64, 100, 150, 200, 250, 300, 350, 400, 900, 1000].map((n) => n * KIB);

describe("the memory blob store, used at random", () => {
  it("keeps every promise, and never more bytes than its capacity", async ({ expect }) => {
    const blobs = await Promise.all(sizes.map((size, index) => blobOf(size, index + 1)));
    await fc.assert(
      fc.asyncProperty(stepsOf(sizes.length, 60), async (steps) => {
        const clock = new ManualClock();
        const store = new MemoryBlobStore({ capacityBytes, leaseMs, clock, hashers: webHashers });
        const model = new BlobStoreModel({ store, clock, leaseMs, capacityBytes }, blobs);
        for (const step of steps) {
          await model.take(step);
          expect(store.usedBytes).toBeLessThanOrEqual(capacityBytes);
        }
        await model.close();
        expect(store.usedBytes).toBe(capacityBytes);
      }),
      fewRuns,
    );
  });
});
