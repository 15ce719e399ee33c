import {
  actionContents,
  actionShareOf,
  blobContents,
  deriveGeometry,
  deviceSizes,
  type Geometry,
  type GeometrySettings,
  minStoreBytes,
} from "../../../shared/adapters/disk/geometry.ts";

/** What a disk store has to have room for. */
export interface Need {
  /** Of blobs, in blocks that are in use. */
  readonly blobBytes: number;
  /** The same of action results. */
  readonly actionBytes: number;
  /** Written within one lease, of which nothing may go. */
  readonly leaseBytes: number;
  readonly largestBlobBytes: number;
  readonly settings: GeometrySettings;
}

/** A `--size`, and what the stores make of it. */
export interface Plan {
  readonly sizeBytes: number;
  readonly blobs: Geometry;
  readonly actions: Geometry;
  /** In memory, and as much on disk. */
  readonly mapBytes: number;
}

const MAX_BYTES = 1024 ** 5;

/** The smallest round size that is enough; `undefined` where no disk is. */
export function planFor(need: Need): Plan | undefined {
  for (let size = minStoreBytes; size <= MAX_BYTES; size = nextRound(size)) {
    const plan = planOf(size, need.settings);
    if (isEnough(plan, need)) return plan;
  }
  return undefined;
}

/** What a store of this `--size` is like. */
export function planOf(sizeBytes: number, settings: GeometrySettings): Plan {
  const actionShare = actionShareOf(sizeBytes);
  const part = (share: number): number => Math.floor(sizeBytes * share);
  const blobs = deriveGeometry(part(1 - actionShare), blobContents, settings);
  const actions = deriveGeometry(part(actionShare), actionContents, settings);
  return { sizeBytes, blobs, actions, mapBytes: deviceSizes(blobs).map + deviceSizes(actions).map };
}

function isEnough({ blobs, actions }: Plan, need: Need): boolean {
  return (
    heldBytes(blobs) >= need.blobBytes &&
    heldBytes(actions) >= need.actionBytes &&
    leasableBytes(blobs) >= need.leaseBytes &&
    blobs.blockBytes >= need.largestBlobBytes
  );
}

/** What is in use when the store is full: all but the spare blocks. */
export function heldBytes({ oldBlocks, currentBlocks, newBlocks, blockBytes }: Geometry): number {
  return (oldBlocks + currentBlocks + newBlocks) * blockBytes;
}

/** What may be written within one lease before uploads are refused. */
export function leasableBytes({ oldBlocks, blockBytes }: Geometry): number {
  return oldBlocks * blockBytes;
}

/** Sixteen steps for each doubling. */
function nextRound(size: number): number {
  return size + 2 ** Math.floor(Math.log2(size)) / 16;
}
