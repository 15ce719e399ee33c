import { bytesText, countText, secondsText } from "./amounts.ts";
import { type Plan, planFor } from "./plan.ts";
import { planLines, sizeFlag } from "./plan-lines.ts";
import type { Reading, StoreReading, Watched } from "./reading.ts";
import { COPIES, DAY_SECONDS, leaseBytesOf } from "./workload.ts";

export interface Wish {
  readonly keepSeconds: number;
  readonly watched: Watched;
  readonly largestBlobBytes: number;
}

/** What a running server's numbers say of its size. */
export function sizingFromReading(reading: Reading, wish: Wish): readonly string[] {
  const blobs = blocksNeeded("blobs", reading.blobs, blobRate(reading, wish.watched), wish);
  const actions = blocksNeeded(
    "action results",
    reading.actions,
    retainedRate(reading.actions),
    wish,
  );
  const maps = [mapOf("blobs", reading.blobs), mapOf("action results", reading.actions)];
  const average = maps[0]?.isSmall === true ? measuredAverage(reading) : undefined;
  const lines = [...blobs.lines, ...actions.lines, ...maps.map(({ line }) => line)];
  const isEnough = !blobs.isShort && !actions.isShort;
  if (isEnough && maps.every(({ isSmall }) => !isSmall)) {
    return [...lines, blobs.isKnown ? "it is large enough: leave it as it is" : UNKNOWN];
  }
  const plan = planFor({
    blobBytes: Math.max(blobs.bytes, reading.blobs.sizeBytes),
    actionBytes: Math.max(actions.bytes, reading.actions.sizeBytes),
    leaseBytes: leaseBytesOf((blobRate(reading, wish.watched)?.bytesPerSecond ?? 0) * DAY_SECONDS),
    largestBlobBytes: wish.largestBlobBytes,
    settings: average === undefined ? {} : { averageBytes: average },
  });
  return [
    ...lines,
    ...advice(
      plan,
      average,
      maps.some(({ isSmall }) => isSmall),
    ),
  ];
}

const UNKNOWN =
  "nothing speaks against its size so far: ask again after a working day, or watch its builds with --for 1h";

interface Rate {
  readonly bytesPerSecond: number;
  /** What it was taken from. */
  readonly text: string;
}

/** What fills a store that has been full: all of it, in the time that it keeps things. Copies are part of that. */
function retainedRate({ sizeBytes, retentionSeconds }: StoreReading): Rate | undefined {
  if (retentionSeconds === 0) return undefined;
  return {
    bytesPerSecond: sizeBytes / retentionSeconds,
    text: `${bytesText(sizeBytes)} in ${secondsText(retentionSeconds)}`,
  };
}

function blobRate({ blobs }: Reading, { storedBytes, seconds }: Watched): Rate | undefined {
  if (blobs.retentionSeconds > 0 || storedBytes === 0) return retainedRate(blobs);
  return {
    bytesPerSecond: (storedBytes * COPIES) / seconds,
    text: `${bytesText(storedBytes)} written in ${secondsText(seconds)}, x ${COPIES} for copies of what is used`,
  };
}

interface Blocks {
  readonly bytes: number;
  readonly isShort: boolean;
  readonly isKnown: boolean;
  readonly lines: readonly string[];
}

function blocksNeeded(
  name: string,
  store: StoreReading,
  rate: Rate | undefined,
  { keepSeconds }: Wish,
): Blocks {
  const { usedBytes, sizeBytes, retentionSeconds } = store;
  const kept =
    retentionSeconds === 0
      ? "it has not been full yet"
      : `what nobody uses is kept for ${secondsText(retentionSeconds)}`;
  const use = `${name}: ${bytesText(usedBytes)} of ${bytesText(sizeBytes)} in use; ${kept}`;
  if (rate === undefined) return { bytes: sizeBytes, isShort: false, isKnown: false, lines: [use] };
  const bytes = rate.bytesPerSecond * keepSeconds;
  const need = `  to keep it for ${secondsText(keepSeconds)} takes ${bytesText(bytes)}: ${rate.text}`;
  return { bytes, isShort: bytes > sizeBytes, isKnown: true, lines: [use, need] };
}

/** A look-up of what is not there ends at the first free slot, so that it reads more of them the fewer are free. */
const CROWDED_LOAD = 0.7;

function mapOf(
  name: string,
  { lookups, attempts, overflows }: StoreReading,
): { readonly isSmall: boolean; readonly line: string } {
  const reads = lookups === 0 ? 1 : attempts / lookups;
  const load = 1 - 1 / Math.max(1, reads);
  const isSmall = overflows > 0 || load >= CROWDED_LOAD;
  const slots = `${reads.toFixed(2)} slots for each look-up, some ${Math.round(load * 100)} % are taken`;
  const verdict = isSmall ? "too small" : "large enough";
  const lost = `${countText(overflows)} entries dropped before their time`;
  return { isSmall, line: `index of ${name}: ${slots}; ${lost}: ${verdict}` };
}

/** Fewer tell nothing of an average. */
const MIN_BLOBS = 1000;

const MIN_AVERAGE_BYTES = 256;

function measuredAverage({ storedBlobs, storedBytes }: Reading): number | undefined {
  if (storedBlobs < MIN_BLOBS) return undefined;
  return Math.max(MIN_AVERAGE_BYTES, Math.floor(storedBytes / storedBlobs));
}

function advice(
  plan: Plan | undefined,
  average: number | undefined,
  isMapSmall: boolean,
): readonly string[] {
  if (plan === undefined)
    return ["no disk is large enough for that: have it keep things for less long"];
  const geometry = average === undefined ? "" : ` --geometry average=${average}`;
  const flags = `--size ${sizeFlag(plan.sizeBytes)}${geometry}`;
  return [
    ...planLines(plan),
    ...(isMapSmall && average === undefined
      ? ["the server's log says which --geometry makes the index large enough"]
      : []),
    `give it ${flags}, the first time with --reformat yes, which empties the cache`,
  ];
}
