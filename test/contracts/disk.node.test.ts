import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { FileDevice } from "../../shared/adapters/disk/file-device.node.ts";
import { FolderFiles } from "../../shared/adapters/disk/folder-files.node.ts";
import { deviceSizes, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import type { OpenStore } from "../../shared/adapters/disk/open-located-store.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { attachDisk, noDevices } from "../support/root-devices.node.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { describeLeases } from "./blob-store/leases.ts";
import type { BlobStoreTraits } from "./blob-store/under-test.ts";

const leaseMs = 60_000;
const roomy = { ...smallGeometry, blockBytes: 4 * MIB };
const tight = { ...smallGeometry, blockBytes: MIB };
const forActions = { ...roomy, newBlocks: 1 };

/** A new store in a folder of its own, with its blocks on `device` if there is one. */
async function openOnFiles(
  geometry: Geometry,
  clock: ManualClock,
  device?: string,
): Promise<OpenStore & AsyncDisposable> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "hayloft-contract-"));
  closing.defer(async () => await rm(folder, { recursive: true }));
  const sizes = deviceSizes(geometry);
  const parts = {
    blocks: closing.use(await FileDevice.open(device ?? join(folder, "blocks"), sizes.blocks)),
    map: closing.use(await FileDevice.open(join(folder, "map"), sizes.map)),
    files: new FolderFiles(folder),
  };
  const open = await openForTest(parts, geometry, clock, leaseMs);
  closing.defer(async () => await open.close());
  const end = closing.move();
  return { ...open, [Symbol.asyncDispose]: async () => await end.disposeAsync() };
}

function traitsOf(geometry: Geometry, device?: () => string): BlobStoreTraits {
  return {
    create: async () => {
      const clock = new ManualClock();
      const open = await openOnFiles(geometry, clock, device?.());
      const { store } = open;
      const blobs = new DiskBlobStore({ store, hashers: nodeHashers, now: () => clock.now() });
      return { store: blobs, clock, [Symbol.asyncDispose]: open[Symbol.asyncDispose] };
    },
    leaseMs,
    boundaries: [64 * KIB, 256 * KIB, 512 * KIB],
  };
}

describeBlobStore("disk blocks in a file", traitsOf(roomy));
describe("few disk blocks in a file, a blob store", () => {
  describeLeases({ ...traitsOf(tight), capacityBytes: 16 * MIB });
});

describeActionStore("disk blocks in a file", {
  create: async () => {
    const clock = new ManualClock();
    const open = await openOnFiles(forActions, clock);
    const { store } = open;
    const actions = new DiskActionStore({ store, hashers: nodeHashers, now: () => clock.now() });
    return { store: actions, [Symbol.asyncDispose]: open[Symbol.asyncDispose] };
  },
  largestResultBytes: 3 * MIB,
});

describe.skipIf(noDevices !== undefined)(`on a raw disk${reason()}`, () => {
  let disk: Awaited<ReturnType<typeof attachDisk>> | undefined;
  const path = (): string => disk?.path ?? "no disk";

  beforeAll(async () => {
    disk = await attachDisk(deviceSizes(roomy).blocks);
  });
  afterAll(async () => await disk?.[Symbol.asyncDispose]());

  describeBlobStore("disk blocks", traitsOf(roomy, path));
  describe("few disk blocks, a blob store", () => {
    describeLeases({ ...traitsOf(tight, path), capacityBytes: 16 * MIB });
  });
});

function reason(): string {
  return noDevices === undefined ? "" : ` (skipped: it ${noDevices})`;
}
