import { StoreError } from "../../stores/store-error.ts";
import type { BlockDevice } from "./block-device.ts";

/** Fills `target` from a device. Whether that could be done. */
export async function readAt(
  device: BlockDevice,
  offset: number,
  target: Uint8Array,
): Promise<boolean> {
  try {
    await device.read(offset, target);
    return true;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}
