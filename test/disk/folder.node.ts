import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type DiskOptions,
  type DiskStores,
  openDiskStores,
} from "../../shared/adapters/disk/disk-stores.node.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { bodyOf } from "../support/bodies.ts";
import { MIB, readAll, sameBytes } from "../support/bytes.ts";
import type { TestBlob } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";

export const sizeBytes: number = 256 * MIB;

/** A folder of the test's own, which ends with it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-disk-"));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  return folder;
}

export interface LoggedStores extends DiskStores {
  readonly log: readonly string[];
}

/** Opens the stores of a folder as a server does. */
export async function openFolder(
  folder: string,
  options: Partial<DiskOptions> = {},
): Promise<LoggedStores> {
  const log: string[] = [];
  const stores = await openDiskStores({
    folder,
    device: undefined,
    sizeBytes,
    defaultBytes: sizeBytes,
    settings: {},
    reformat: false,
    leaseMs: 60_000,
    checkpointMs: 60_000,
    hashers: nodeHashers,
    now: () => Date.now(),
    log: (line) => void log.push(line),
    ...options,
  });
  return { ...stores, log };
}

export async function put(store: BlobStore, { digest, bytes }: TestBlob): Promise<void> {
  await store.put(digest, bodyOf(bytes), callFor());
}

/** The stored bytes are the blob's; there are none; or they are others, which must never be. */
export async function look(
  store: BlobStore,
  { digest, bytes }: TestBlob,
): Promise<"right" | "missing" | "wrong"> {
  const source = await store.get(digest, { offset: 0 }, callFor());
  if (source === undefined) return "missing";
  return sameBytes(await readAll(source), bytes) ? "right" : "wrong";
}
