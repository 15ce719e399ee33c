import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DiskBlobStore } from "../../../shared/adapters/disk/disk-blob-store.ts";
import { FileDevice } from "../../../shared/adapters/disk/file-device.node.ts";
import { FolderFiles } from "../../../shared/adapters/disk/folder-files.node.ts";
import {
  blobContents,
  deriveGeometry,
  deviceSizes,
} from "../../../shared/adapters/disk/geometry.ts";
import {
  openLocatedStore,
  type OpenStore,
} from "../../../shared/adapters/disk/open-located-store.ts";
import { systemClock } from "../../../shared/clock.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { limits } from "../../../shared/limits.ts";

export interface BenchStore extends OpenStore, AsyncDisposable {
  readonly blobs: DiskBlobStore;
}

/** A blob store on files in `folder`, laid out as `openDiskStores` does, whose checkpoints are in the caller's hands. */
export async function openBenchStore(folder: string, sizeBytes: number): Promise<BenchStore> {
  await using closing = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true });
  const geometry = deriveGeometry(sizeBytes, blobContents);
  const sizes = deviceSizes(geometry);
  const now = (): number => systemClock.now();
  const open = await openLocatedStore({
    parts: {
      blocks: closing.use(await FileDevice.open(join(folder, "blocks"), sizes.blocks)),
      map: closing.use(await FileDevice.open(join(folder, "map"), sizes.map)),
      files: new FolderFiles(folder),
    },
    geometry,
    leaseMs: limits.leaseMs,
    now,
    reformat: true,
    onCorrupt: (what) => {
      throw new Error(what);
    },
    onChange: () => undefined,
  });
  const kept = closing.move();
  return {
    ...open,
    blobs: new DiskBlobStore({ store: open.store, hashers: nodeHashers, now }),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}
