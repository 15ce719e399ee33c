import { StoreError } from "../../stores/store-error.ts";
import type { BlockDevice } from "./block-device.ts";

/** Reads what can be read, piece by piece where it must be; the rest is cleared. Resolves how many pieces that are. */
export async function readOrClear(
  device: BlockDevice,
  offset: number,
  target: Uint8Array,
  pieceBytes: number,
): Promise<number> {
  try {
    await device.read(offset, target);
    return 0;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "corrupt") throw error;
  }
  if (target.byteLength <= pieceBytes) {
    target.fill(0);
    return 1;
  }
  let cleared = 0;
  for (let at = 0; at < target.byteLength; at += pieceBytes) {
    const piece = target.subarray(at, at + pieceBytes);
    cleared += await readOrClear(device, offset + at, piece, pieceBytes);
  }
  return cleared;
}
