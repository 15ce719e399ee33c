import { getHeapStatistics } from "node:v8";
import { statfs } from "node:fs/promises";
import { openDiskStores } from "../../shared/adapters/disk/disk-stores.node.ts";
import { FileDevice } from "../../shared/adapters/disk/file-device.node.ts";
import { minStoreBytes } from "../../shared/adapters/disk/geometry.ts";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import {
  ENTRY_OVERHEAD_BYTES,
  MemoryBlobStore,
} from "../../shared/adapters/memory/memory-blob-store.ts";
import { systemClock } from "../../shared/clock.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { limits } from "../../shared/limits.ts";
import type { Metric } from "../../shared/metric.ts";
import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { UsageError } from "./flags.node.ts";
import { defaultMemoryBytes, type ServeOptions } from "./options.node.ts";

/** The stores of a server, and what a person may know of them. */
export interface OpenStores extends AsyncDisposable {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  /** One sentence. */
  readonly description: string;
  metrics(): readonly Metric[];
}

const GIB = 1024 ** 3;

/** The part of the memory that action results get: builds have many small ones. */
const ACTION_SHARE = 1 / 16;

/** Parts of the heap that stores in memory may fill: it has a limit that `--size` does not change. */
const HEAP_SHARE = 1 / 2;
const ACTION_HEAP_SHARE = 1 / 8;

/** What a disk store takes unless told: a part of what is free, and not too much for a first try. */
const FREE_SHARE = 1 / 2;
const MAX_DEFAULT_BYTES = 32 * GIB;

/** Opens what the flags ask for. Throws `StoreError` or `UsageError`. */
export async function openStores(options: ServeOptions): Promise<OpenStores> {
  return options.store === "memory" ? openMemory(options) : await openDisk(options);
}

function openMemory({ sizeBytes = defaultMemoryBytes() }: ServeOptions): OpenStores {
  const heapBytes = getHeapStatistics().heap_size_limit;
  const actionBytes = Math.min(
    Math.floor(sizeBytes * ACTION_SHARE),
    Math.floor(heapBytes * ACTION_HEAP_SHARE),
  );
  return {
    blobs: new MemoryBlobStore({
      capacityBytes: sizeBytes - actionBytes,
      maxEntries: Math.floor((heapBytes * HEAP_SHARE) / ENTRY_OVERHEAD_BYTES),
      leaseMs: limits.leaseMs,
      clock: systemClock,
      hashers: nodeHashers,
    }),
    actions: new MemoryActionStore({ capacityBytes: actionBytes }),
    description: `It keeps up to ${formatGib(sizeBytes)} in memory, so a restart empties it.`,
    metrics: () => [],
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function openDisk(options: ServeOptions): Promise<OpenStores> {
  const { dataFolder, device, sizeBytes, geometry, reformat } = options;
  if (sizeBytes !== undefined && sizeBytes < minStoreBytes) {
    throw new UsageError(
      `--size is less than a disk store needs, ${minStoreBytes / 1024 ** 2}MiB; give more, or --store memory`,
    );
  }
  const stores = await openDiskStores({
    folder: dataFolder,
    device,
    sizeBytes,
    defaultBytes: await defaultDiskBytes(options),
    settings: geometry,
    reformat,
    leaseMs: limits.leaseMs,
    checkpointMs: options.checkpointMs ?? limits.checkpointMs,
    hashers: nodeHashers,
    now: () => systemClock.now(),
    log: (line) => process.stderr.write(`hayloft: ${line}\n`),
  });
  const place = device === undefined ? dataFolder : `${device}, with its index in ${dataFolder}`;
  return {
    blobs: stores.blobs,
    actions: stores.actions,
    description: `It keeps up to ${formatGib(stores.sizeBytes)} in ${place}.`,
    metrics: () => stores.metrics(),
    [Symbol.asyncDispose]: async () => await close(stores),
  };
}

/** What cannot be made safe at the end is told in a line: nobody is left to handle it. */
async function close(stores: AsyncDisposable): Promise<void> {
  try {
    await stores[Symbol.asyncDispose]();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`hayloft: what was written last may be lost: ${reason}\n`);
    process.exitCode = 1;
  }
}

async function defaultDiskBytes({ dataFolder, device }: ServeOptions): Promise<number> {
  if (device !== undefined) return await deviceBytes(device);
  const { bavail, bsize } = await statfs(dataFolder);
  const share = Math.floor(bavail * bsize * FREE_SHARE);
  return Math.max(minStoreBytes, Math.min(share, MAX_DEFAULT_BYTES));
}

async function deviceBytes(device: string): Promise<number> {
  const bytes = await FileDevice.sizeOf(device);
  if (bytes >= minStoreBytes) return bytes;
  throw new UsageError(
    `--device ${device} has ${bytes} bytes, fewer than a store needs, ${minStoreBytes / 1024 ** 2}MiB`,
  );
}

function formatGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
