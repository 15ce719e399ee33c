import { StoreError } from "../../stores/store-error.ts";
import type { Reservation } from "./block.ts";
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
  const reserving = entries.reserve(bytes.byteLength, false, signal);
  const reservation = reserving instanceof Promise ? await reserving : reserving;
  await writeReserved(entries, key, reservation, bytes);
}

/** The same where room was reserved. */
export async function writeReserved(
  entries: Entries,
  key: Key,
  reservation: Reservation,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await entries.write(reservation, 0, bytes);
  } catch (error) {
    entries.giveBack(reservation);
    throw error;
  }
  const committing = entries.commit(key, reservation);
  if (committing !== undefined) await committing;
}

/** Reads all of a small entry into `target`; `false` where its sectors cannot be read. At once where it can be. */
export function readWhole(
  entries: Entries,
  key: Key,
  location: Location,
  target: Uint8Array,
): boolean | Promise<boolean> {
  const reading = entries.read(key, location, 0, target);
  return reading === undefined ? true : isReadable(reading);
}

async function isReadable(reading: Promise<void>): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "corrupt") return false;
    throw error;
  }
}
