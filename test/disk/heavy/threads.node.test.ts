import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { FileDevice } from "../../../shared/adapters/disk/file-device.node.ts";
import { FolderFiles } from "../../../shared/adapters/disk/folder-files.node.ts";
import { deviceSizes, type Geometry } from "../../../shared/adapters/disk/geometry.ts";
import { openLocatedStore } from "../../../shared/adapters/disk/open-located-store.ts";
import { shareStore, type StoreShare } from "../../../shared/adapters/disk/shared-disk.node.ts";
import { statsOf } from "../../../shared/adapters/disk/store-stats.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { siegeBlobs, type SiegeReport, type SiegeStart } from "./thread-start.node.ts";

const THREADS = 3;
const LEASE_MS = 30;
const SIEGE_MS = 5000;

/** So small that blocks go all the time. */
const geometry: Geometry = {
  sizeBytes: 14 * 512 * 1024,
  sectorBytes: 4096,
  blockBytes: 512 * 1024,
  oldBlocks: 4,
  currentBlocks: 4,
  newBlocks: 3,
  spareBlocks: 3,
  slots: 4096,
  maxAttempts: 40,
};

test("threads that share a store keep each other's promises, while blocks come and go", async ({
  annotate,
}) => {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-threads-"));
  try {
    const log: string[] = [];
    const sizes = deviceSizes(geometry);
    const blocks = join(folder, "blocks");
    await using device = await FileDevice.open(blocks, sizes.blocks);
    await using map = await FileDevice.open(join(folder, "map"), sizes.map);
    const open = await openLocatedStore({
      parts: { blocks: device, map, files: new FolderFiles(folder) },
      geometry,
      leaseMs: LEASE_MS,
      now: () => Date.now(),
      reformat: false,
      onCorrupt: (what) => void log.push(what),
      onChange: () => undefined,
    });
    const promises = new SharedArrayBuffer(siegeBlobs * Float64Array.BYTES_PER_ELEMENT);
    const endsMs = Date.now() + SIEGE_MS;
    const reports = await Promise.all(
      Array.from({ length: THREADS }, async (_, thread) => {
        const share = (): StoreShare =>
          shareStore(open, { blocks, hashers: nodeHashers, onChange: () => undefined });
        const disk = { blobs: share(), actions: share(), purges: folder };
        return await besiege({ thread, share: disk, promises, leaseMs: LEASE_MS, endsMs });
      }),
    );
    await open.close();
    const { retentionMs, mapOverflows, corruptEntries } = statsOf(open);
    await annotate(`${JSON.stringify(reports)}, a block lasted ${retentionMs} ms`);
    expect({ log, mapOverflows, corruptEntries }).toEqual({
      log: [],
      mapOverflows: 0,
      corruptEntries: 0,
    });
    expect(retentionMs).toBeLessThan(SIEGE_MS / 2);
    for (const { found, missed } of reports) {
      expect(found).toBeGreaterThan(100);
      expect(missed).toBeGreaterThan(10);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Resolves what the thread reports; rejects where it finds a promise broken. */
async function besiege(start: SiegeStart): Promise<SiegeReport> {
  const worker = new Worker(new URL("thread-siege.node.ts", import.meta.url), {
    workerData: start,
    transferList: [start.share.blobs.port, start.share.actions.port],
  });
  const report = Promise.withResolvers<SiegeReport>();
  worker.once("message", report.resolve).once("error", report.reject);
  await once(worker, "exit");
  return await report.promise;
}
