import { deviceSizes, type Geometry } from "../../../shared/adapters/disk/geometry.ts";
import { bytesText, countText } from "./amounts.ts";
import { heldBytes, leasableBytes, type Plan } from "./plan.ts";

/** What a size means, for people. */
export function planLines({ sizeBytes, blobs, actions, mapBytes }: Plan): readonly string[] {
  const disk = deviceSizes(blobs).blocks + deviceSizes(actions).blocks + mapBytes;
  return [
    `with --size ${sizeFlag(sizeBytes)}:`,
    `  blobs: ${geometryText(blobs)}`,
    `  the largest blob: ${bytesText(blobs.blockBytes)}, a block`,
    `  written within 3 hours without refusal: ${bytesText(leasableBytes(blobs))}, ${blobs.oldBlocks} blocks`,
    `  action results: ${geometryText(actions)}`,
    `  key-location maps: ${countText(blobs.slots)} + ${countText(actions.slots)} slots, ${bytesText(mapBytes)} of memory`,
    `  disk in all: ${bytesText(disk)}, the maps included`,
  ];
}

/** As `--size` takes it. */
export function sizeFlag(bytes: number): string {
  const gib = 1024 ** 3;
  return bytes % gib === 0 ? `${bytes / gib}GiB` : `${bytes / 1024 ** 2}MiB`;
}

function geometryText(geometry: Geometry): string {
  const { oldBlocks, currentBlocks, newBlocks, spareBlocks, blockBytes } = geometry;
  return (
    `${bytesText(heldBytes(geometry))} when full, in ${oldBlocks} old, ${currentBlocks} current and ${newBlocks} new blocks ` +
    `of ${bytesText(blockBytes)}, beside ${spareBlocks} spare ones`
  );
}
