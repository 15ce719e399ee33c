import { StoreError } from "../../stores/store-error.ts";
import type { Entries } from "./entries.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";

/** Writes an entry that is at hand whole, packed behind the last one. Throws as `Entries.reserve` does. */
export async function writeWhole(
  entries: Entries,
  key: Key,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const reservation = await entries.reserve(bytes.byteLength, false, signal);
  try {
    await entries.write(reservation, 0, bytes);
  } catch (error) {
    entries.giveBack(reservation);
    throw error;
  }
  await entries.commit(key, reservation);
}

/** Reads all of a small entry into `target`; `false` where its sectors cannot be read. */
export async function readWhole(
  entries: Entries,
  key: Key,
  location: Location,
  target: Uint8Array,
): Promise<boolean> {
  try {
    await entries.read(key, location, 0, target);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "corrupt") return false;
    throw error;
  }
}
