import { statfs } from "node:fs/promises";
import { openDiskStores } from "../../../shared/adapters/disk/disk-stores.node.ts";
import { FileDevice } from "../../../shared/adapters/disk/file-device.node.ts";
import { minStoreBytes } from "../../../shared/adapters/disk/geometry.ts";
import { systemClock } from "../../../shared/clock.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { limits } from "../../../shared/limits.ts";
import type { Log } from "../../../shared/telemetry/log.ts";
import { troubleFields } from "../../telemetry/error-fields.ts";
import { UsageError } from "../commands/flags.node.ts";
import type { ServeOptions } from "../options/options.node.ts";
import { prepareFolder } from "./data-folder.node.ts";
import { formatGib } from "./format-gib.node.ts";
import type { OpenStores } from "./open-stores.node.ts";

const GIB = 1024 ** 3;

/** What a disk store takes unless told: a part of what is free, and not too much for a first try. */
const FREE_SHARE = 1 / 2;
const MAX_DEFAULT_BYTES = 32 * GIB;

/** Stores on this machine's disk. Throws `StoreError` or `UsageError`. */
export async function openDisk(options: ServeOptions, log: Log): Promise<OpenStores> {
  const { dataFolder, device, sizeBytes, geometry, reformat } = options;
  await prepareFolder(dataFolder);
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
    log: (line) => log.say("warn", line),
  });
  const place = device === undefined ? dataFolder : `${device}, with its index in ${dataFolder}`;
  return {
    blobs: stores.blobs,
    actions: stores.actions,
    chunkLists: stores.chunkLists,
    purges: stores.purges,
    description: `It keeps up to ${formatGib(stores.sizeBytes)} in ${place}.`,
    metrics: () => stores.metrics(),
    share: () => stores.share(),
    [Symbol.asyncDispose]: async () => await close(stores, log),
  };
}

/** What cannot be made safe at the end is told in a line: nobody is left to handle it. */
async function close(stores: AsyncDisposable, log: Log): Promise<void> {
  try {
    await stores[Symbol.asyncDispose]();
  } catch (error) {
    log.say("error", "what was written last may be lost", troubleFields(error));
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
