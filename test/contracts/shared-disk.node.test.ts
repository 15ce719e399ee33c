import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { FileDevice } from "../../shared/adapters/disk/file-device.node.ts";
import { FolderFiles } from "../../shared/adapters/disk/folder-files.node.ts";
import { deviceSizes, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import {
  openSharedDisk,
  type SharedDisk,
  shareStore,
} from "../../shared/adapters/disk/shared-disk.node.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { describeLeases } from "./blob-store/leases.ts";
import type { BlobStoreTraits } from "./blob-store/under-test.ts";

const leaseMs = 60_000;
const roomy = { ...smallGeometry, blockBytes: 4 * MIB };
const tight = { ...smallGeometry, blockBytes: MIB };

/** A new store as a thread has it that does not own it; that the owner is this same thread makes no difference to it. */
async function openShared(geometry: Geometry, clock: ManualClock): Promise<SharedDisk> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "hayloft-contract-"));
  closing.defer(async () => await rm(folder, { recursive: true }));
  const sizes = deviceSizes(geometry);
  const blocks = join(folder, "blocks");
  const parts = {
    blocks: closing.use(await FileDevice.open(blocks, sizes.blocks)),
    map: closing.use(await FileDevice.open(join(folder, "map"), sizes.map)),
    files: new FolderFiles(folder),
  };
  const open = await openForTest(parts, geometry, clock, leaseMs);
  closing.defer(async () => await open.close());
  const share = () => shareStore(open, { blocks, hashers: nodeHashers, onChange: () => undefined });
  const disk = closing.use(
    await openSharedDisk(
      { blobs: share(), actions: share(), purges: folder },
      { hashers: nodeHashers, now: () => clock.now() },
    ),
  );
  const end = closing.move();
  return { ...disk, [Symbol.asyncDispose]: async () => await end.disposeAsync() };
}

function traitsOf(geometry: Geometry): BlobStoreTraits {
  return {
    create: async () => {
      const clock = new ManualClock();
      const disk = await openShared(geometry, clock);
      return { store: disk.blobs, clock, [Symbol.asyncDispose]: disk[Symbol.asyncDispose] };
    },
    leaseMs,
    boundaries: [64 * KIB, 256 * KIB, 512 * KIB],
  };
}

describeBlobStore("disk blocks that another thread owns", traitsOf(roomy));
describe("few disk blocks that another thread owns, a blob store", () => {
  describeLeases({ ...traitsOf(tight), capacityBytes: 16 * MIB });
});

describeActionStore("disk blocks that another thread owns", {
  create: async () => {
    const disk = await openShared({ ...roomy, newBlocks: 1 }, new ManualClock());
    return { store: disk.actions, [Symbol.asyncDispose]: disk[Symbol.asyncDispose] };
  },
  largestResultBytes: 3 * MIB,
});
