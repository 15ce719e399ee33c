import type { Clock } from "../../clock.ts";

declare const brand: unique symbol;

/**
 * What names one write: when it began, a random part, and how its object is encoded. In the order of the alphabet, ids are in the order
 * of time.
 */
export type UploadId = string & { readonly [brand]: "UploadId" };

/** Enough base-36 digits for the milliseconds until the year 5188. */
const TIME_DIGITS = 9;
const RANDOM_BYTES = 10;

/** What ends the id of an object that is encoded by zstd. */
const ZSTD = "z";

const pattern = /^[0-9a-z]{9}-[0-9a-f]{20}z?$/;

/** Fills an array with random bytes: an argument, so that a simulation can decide them. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void;

export function newUploadId(clock: Clock, fillRandom: FillRandom): UploadId {
  const random = new Uint8Array(RANDOM_BYTES);
  fillRandom(random);
  const time = Math.max(0, clock.now()).toString(36).padStart(TIME_DIGITS, "0");
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that makes an UploadId.
  return `${time}-${hex}` as UploadId;
}

export function isUploadId(text: string): text is UploadId {
  return pattern.test(text);
}

/** The same write, of an object that is encoded by zstd. */
export function encodedUpload(upload: UploadId): UploadId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above.
  return `${upload}${ZSTD}` as UploadId;
}

/** How the object of a write is encoded. */
export function compressorOf(upload: UploadId): "identity" | "zstd" {
  return upload.endsWith(ZSTD) ? "zstd" : "identity";
}

/** When the write began, by its own clock, in milliseconds since the epoch. */
export function startedMs(upload: UploadId): number {
  return Number.parseInt(upload.slice(0, TIME_DIGITS), 36);
}
