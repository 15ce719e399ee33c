import {
  openLocatedStore,
  type OpenStore,
  type StoreParts,
} from "../../shared/adapters/disk/open-located-store.ts";
import { deviceSizes, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import type { Clock } from "../../shared/clock.ts";
import { MemoryDevice, MemoryFiles } from "./memory-device.ts";

/** A store small enough that a test can fill it. */
export const smallGeometry: Geometry = {
  sizeBytes: 18 * 64 * 1024,
  sectorBytes: 512,
  blockBytes: 64 * 1024,
  oldBlocks: 6,
  currentBlocks: 6,
  newBlocks: 3,
  spareBlocks: 3,
  slots: 16 * 1024,
  maxAttempts: 40,
};

export function memoryParts(geometry: Geometry): StoreParts {
  const sizes = deviceSizes(geometry);
  return {
    blocks: new MemoryDevice(sizes.blocks),
    map: new MemoryDevice(sizes.map),
    files: new MemoryFiles(),
  };
}

export async function openForTest(
  parts: StoreParts,
  geometry: Geometry,
  clock: Clock,
  leaseMs: number,
): Promise<OpenStore> {
  return await openLocatedStore({
    parts,
    geometry,
    leaseMs,
    now: () => clock.now(),
    reformat: false,
    onCorrupt: () => undefined,
    onChange: () => undefined,
  });
}
