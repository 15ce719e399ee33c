import { RECORD_BYTES } from "./map-table.ts";

/** How one store divides its room. Derived from its size; each number may be set instead. */
export interface Geometry {
  /** What the rest was derived from. */
  readonly sizeBytes: number;
  /** Begins of blobs and ends of what a checkpoint holds lie on multiples of this. */
  readonly sectorBytes: number;
  readonly blockBytes: number;
  /** Blocks whose blobs are copied to new ones when they are used, and which are given up from the front. */
  readonly oldBlocks: number;
  /** Full blocks whose blobs are young enough to stay where they are. */
  readonly currentBlocks: number;
  /** Blocks that take new blobs. */
  readonly newBlocks: number;
  /** Regions in reserve: one block can be given up, and its region awaits a checkpoint, while the next is begun. */
  readonly spareBlocks: number;
  /** Slots of the key-location map. */
  readonly slots: number;
  /** Slots that one key may be in. */
  readonly maxAttempts: number;
}

/** What a store holds decides its geometry. */
export interface Contents {
  /** Blocks that take new entries at once: more spread what belongs together, one keeps the order of writing. */
  readonly newBlocks: number;
  /** The entry that sizes the map: a store full of smaller ones drops the oldest early. */
  readonly averageBytes: number;
  /** What sets the average instead, and what `--geometry` calls it. */
  readonly averageSetting: "averageBytes" | "actionAverageBytes";
  readonly averageName: "average" | "action-average";
}

export const blobContents: Contents = {
  newBlocks: 3,
  averageBytes: 32 * 1024,
  averageSetting: "averageBytes",
  averageName: "average",
};

export const actionContents: Contents = {
  newBlocks: 1,
  averageBytes: 2 * 1024,
  averageSetting: "actionAverageBytes",
  averageName: "action-average",
};

const SECTOR_BYTES = 4096;

/** Half of the slots are free when the store is full of entries of the average size. */
const SLOTS_PER_ENTRY = 2;

/** With half the slots taken, one entry in 2^40 is lost before its time: rarer than a disk loses a sector. */
const MAX_ATTEMPTS = 40;

/** A small store has few blocks, so that one blob may be larger. */
const SMALL_BYTES = 8 * 1024 ** 3;

/** Below this, blocks would be too small for what builds write. */
export const minStoreBytes: number = 256 * 1024 ** 2;

/** The part of a size that action results get: many, and small, but in a small store blocks of theirs must hold one. */
export function actionShareOf(sizeBytes: number): number {
  return sizeBytes < SMALL_BYTES ? 1 / 16 : 1 / 32;
}

/** What of the geometry may be set by hand. */
export type GeometrySettings = Partial<
  Pick<Geometry, "sectorBytes" | "oldBlocks" | "currentBlocks" | "newBlocks" | "spareBlocks"> &
    Record<Contents["averageSetting"], number>
>;

/**
 * Divides `sizeBytes`; the map's device comes on top, about 0.4 % of it. Old and current blocks are equally many: what is written
 * in three hours may then be up to a third of the size before uploads are refused to keep the lease, and a blob that is used is
 * copied at most once in half a turn.
 */
export function deriveGeometry(
  sizeBytes: number,
  contents: Contents,
  settings: GeometrySettings = {},
): Geometry {
  const half = sizeBytes < SMALL_BYTES ? 4 : 8;
  const counts = {
    oldBlocks: settings.oldBlocks ?? half,
    currentBlocks: settings.currentBlocks ?? half,
    newBlocks: contents.newBlocks === 1 ? 1 : (settings.newBlocks ?? contents.newBlocks),
    spareBlocks: settings.spareBlocks ?? 3,
  };
  const sectorBytes = settings.sectorBytes ?? SECTOR_BYTES;
  const blockBytes = Math.floor(sizeBytes / blockCount(counts) / sectorBytes) * sectorBytes;
  const recordsPerSector = sectorBytes / RECORD_BYTES;
  const entries = sizeBytes / (settings[contents.averageSetting] ?? contents.averageBytes);
  const sectors = Math.max(1, Math.ceil((entries * SLOTS_PER_ENTRY) / recordsPerSector));
  return {
    sizeBytes,
    sectorBytes,
    blockBytes,
    ...counts,
    slots: sectors * recordsPerSector,
    maxAttempts: MAX_ATTEMPTS,
  };
}

/** Regions of a block's size that the device has. */
export function blockCount(
  geometry: Pick<Geometry, "oldBlocks" | "currentBlocks" | "newBlocks" | "spareBlocks">,
): number {
  return geometry.oldBlocks + geometry.currentBlocks + geometry.newBlocks + geometry.spareBlocks;
}

/** Bytes of the device for blocks, and of the one for the map. */
export function deviceSizes(geometry: Geometry): { blocks: number; map: number } {
  return {
    blocks: blockCount(geometry) * geometry.blockBytes,
    map: geometry.slots * RECORD_BYTES,
  };
}
