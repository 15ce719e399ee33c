import { describe } from "vitest";
import type { Geometry } from "../../shared/adapters/disk/geometry.ts";
import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { memoryParts, openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { describeLeases } from "./blob-store/leases.ts";
import type { BlobStoreTraits } from "./blob-store/under-test.ts";

const leaseMs = 60_000;
const roomy = { ...smallGeometry, blockBytes: 4 * MIB };
const tight = { ...smallGeometry, blockBytes: MIB };
const nothing = (): Promise<void> => Promise.resolve();

function traitsOf(geometry: Geometry): BlobStoreTraits {
  return {
    create: async () => {
      const clock = new ManualClock();
      const { store } = await openForTest(memoryParts(geometry), geometry, clock, leaseMs);
      const blobs = new DiskBlobStore({ store, hashers: webHashers, now: () => clock.now() });
      return { store: blobs, clock, [Symbol.asyncDispose]: nothing };
    },
    leaseMs,
    boundaries: [64 * KIB, 256 * KIB, 512 * KIB],
  };
}

describeBlobStore("disk blocks in memory", traitsOf(roomy));
describe("few disk blocks in memory, a blob store", () => {
  describeLeases({ ...traitsOf(tight), capacityBytes: 16 * MIB });
});

describeActionStore("disk blocks in memory", {
  create: async () => {
    const geometry = { ...roomy, newBlocks: 1 };
    const clock = new ManualClock();
    const { store } = await openForTest(memoryParts(geometry), geometry, clock, leaseMs);
    const actions = new DiskActionStore({ store, hashers: webHashers, now: () => clock.now() });
    return { store: actions, [Symbol.asyncDispose]: nothing };
  },
  largestResultBytes: 3 * MIB,
});
