import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Metric } from "../../telemetry/metric.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { ActionStore } from "../../stores/action-store.ts";
import type { BlobStore } from "../../stores/blob-store.ts";
import type { ChunkListStore } from "../../stores/chunk-list-store.ts";
import { EntryChunkLists } from "../../stores/entry-chunk-lists.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";
import { troubleLine } from "../../stores/store-error.ts";
import { CheckpointTimer } from "./checkpoint-timer.ts";
import { DiskActionStore } from "./disk-action-store.ts";
import { DiskBlobStore } from "./disk-blob-store.ts";
import { DiskPurgeStore } from "./disk-purge-store.node.ts";
import { FileDevice } from "./file-device.node.ts";
import { FolderFiles } from "./folder-files.node.ts";
import { lockFolder } from "./folder-lock.node.ts";
import {
  actionContents,
  actionShareOf,
  blobContents,
  type Contents,
  deriveGeometry,
  deviceSizes,
  type Geometry,
  type GeometrySettings,
} from "./geometry.ts";
import {
  checkGeometry,
  findGeometry,
  openLocatedStore,
  type OpenStore,
} from "./open-located-store.ts";
import { MapWatch } from "./map-watch.ts";
import { type DiskShare, shareStore, type StoreShare } from "./shared-disk.node.ts";
import { checkSettings } from "./sound-geometry.ts";
import { storeMetrics } from "./store-metrics.ts";
import { type StoreStats, statsOf } from "./store-stats.ts";

export interface DiskOptions {
  /** Where everything lies, but for the blobs when `device` is given. */
  readonly folder: string;
  /** A raw disk for the blobs. */
  readonly device: string | undefined;
  /** For blobs and action results; `undefined` is what was taken before, or `defaultBytes` for a new cache. */
  readonly sizeBytes: number | undefined;
  readonly defaultBytes: number;
  readonly settings: GeometrySettings;
  /** Starts empty, whatever is there. */
  readonly reformat: boolean;
  readonly leaseMs: number;
  readonly hashers: Hashers;
  readonly now: () => number;
  /** How long after it was written something survives a crash. */
  readonly checkpointMs: number;
  /** Hears of trouble that no caller hears of. */
  readonly log: (line: string) => void;
}

export interface DiskStores extends AsyncDisposable {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly purges: PurgeStore;
  readonly sizeBytes: number;
  stats(): { readonly blobs: StoreStats; readonly actions: StoreStats };
  metrics(): readonly Metric[];
  /** Takes in another thread of this process; it has to end before these are closed. */
  share(): DiskShare;
}

/** Opens the stores of a data folder, which no other process may have open. Throws `StoreError`. */
export async function openDiskStores(options: DiskOptions): Promise<DiskStores> {
  const closing = new AsyncDisposableStack();
  try {
    await mkdir(options.folder, { recursive: true });
    closing.use(await lockFolder(options.folder));
    const actionShare = actionShareOf(options.sizeBytes ?? options.defaultBytes);
    const blobs = await openPart(
      { name: "blobs", contents: blobContents, share: 1 - actionShare, device: options.device },
      options,
      closing,
    );
    const actions = await openPart(
      { name: "actions", contents: actionContents, share: actionShare, device: undefined },
      options,
      closing,
    );
    const purges = join(options.folder, "purges");
    await mkdir(purges, { recursive: true });
    const { hashers, now } = options;
    return {
      blobs: new DiskBlobStore({ store: blobs.store, hashers, now }),
      actions: new DiskActionStore({ store: actions.store, hashers, now }),
      chunkLists: new EntryChunkLists(
        new DiskActionStore({ store: actions.store, hashers, now, kind: "chunks" }),
      ),
      purges: new DiskPurgeStore({ folder: purges, isShared: false }),
      sizeBytes: deviceSizes(blobs.geometry).blocks + deviceSizes(actions.geometry).blocks,
      share: () => ({ blobs: blobs.share(), actions: actions.share(), purges }),
      stats: () => ({ blobs: statsOf(blobs), actions: statsOf(actions) }),
      metrics: () => [
        ...storeMetrics("blobs", statsOf(blobs)),
        ...storeMetrics("actions", statsOf(actions)),
      ],
      [Symbol.asyncDispose]: async () => await closing.disposeAsync(),
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

interface OpenPart extends OpenStore {
  share(): StoreShare;
}

interface Part {
  readonly name: string;
  readonly contents: Contents;
  /** Of the size. */
  readonly share: number;
  readonly device: string | undefined;
}

async function openPart(
  part: Part,
  options: DiskOptions,
  closing: AsyncDisposableStack,
): Promise<OpenPart> {
  const { name, contents } = part;
  const log = (line: string): void => options.log(`${name}: ${line}`);
  const folder = join(options.folder, name);
  await mkdir(folder, { recursive: true });
  const files = new FolderFiles(folder);
  const geometry = await chooseGeometry(files, part, options);
  const sizes = deviceSizes(geometry);
  const blocks = part.device ?? join(folder, "blocks");
  const timer = new CheckpointTimer(options.checkpointMs, (error) => {
    log(`cannot make safe what was written, trying again: ${troubleLine(error)}`);
  });
  const watch = new MapWatch({ contents, now: options.now, log });
  const onChange = (): void => {
    timer.start();
    watch.look();
  };
  const open = await openLocatedStore({
    parts: {
      blocks: closing.use(await FileDevice.open(blocks, sizes.blocks)),
      map: closing.use(await FileDevice.open(join(folder, "map"), sizes.map)),
      files,
    },
    geometry,
    leaseMs: options.leaseMs,
    now: options.now,
    reformat: options.reformat,
    onCorrupt: log,
    onChange,
  });
  timer.attach(open.checkpoints);
  closing.defer(async () => await open.close());
  watch.attach(open);
  closing.use(timer);
  const { hashers } = options;
  return { ...open, share: () => shareStore(open, { blocks, hashers, onChange }) };
}

/** What is there decides, unless something else is asked for: then it has to be the same. */
async function chooseGeometry(
  files: FolderFiles,
  { contents, share }: Part,
  { sizeBytes, defaultBytes, settings, reformat }: DiskOptions,
): Promise<Geometry> {
  const found = reformat ? undefined : await findGeometry(files);
  const given = Math.floor((sizeBytes ?? defaultBytes) * share);
  const bytes = sizeBytes === undefined ? (found?.sizeBytes ?? given) : given;
  const wanted = deriveGeometry(bytes, contents, settings);
  checkSettings(settings, wanted);
  if (found === undefined) return wanted;
  const isAsked = sizeBytes !== undefined || Object.keys(settings).length > 0;
  // Before the devices are opened, which gives them their sizes.
  if (isAsked) checkGeometry(found, wanted);
  return found;
}
