import { giveBack } from "../../bytes/memory-pool.ts";
import { limits } from "../../limits.ts";
import type { Reservation } from "./block.ts";
import type { Entries } from "./entries.ts";
import type { Key } from "./key.ts";
import { PIECE_BYTES } from "./located-store.ts";
import type { PiecePools } from "./piece-pools.ts";
import { type Span, spansOf } from "./spans.ts";
import { writeReserved } from "./whole-entries.ts";

/** A small entry that is at hand whole. */
export interface WholeEntry {
  readonly key: Key;
  readonly bytes: Uint8Array;
}

/** Hears of an entry that was not written, and why. */
type Failed<T> = (entry: T, error: unknown) => void;

interface Placed<T> {
  readonly entry: T;
  readonly location: Reservation;
}

export interface WriteTogetherOptions<T> {
  readonly store: Entries;
  readonly memory: PiecePools;
  readonly signal: AbortSignal;
  readonly failed: Failed<T>;
}

/** Writes small entries, in one go where they come to lie side by side. */
export async function writeTogether<T extends WholeEntry>(
  entries: readonly T[],
  options: WriteTogetherOptions<T>,
): Promise<void> {
  for (let first = 0; first < entries.length; first += limits.batchConcurrency) {
    await writeSome(entries.slice(first, first + limits.batchConcurrency), options);
  }
}

async function writeSome<T extends WholeEntry>(
  entries: readonly T[],
  { store, memory, signal, failed }: WriteTogetherOptions<T>,
): Promise<void> {
  const placed: Placed<T>[] = [];
  const writing: Promise<void>[] = [];
  for (const entry of entries) {
    try {
      const location = store.reserve(entry.bytes.byteLength, false, signal);
      // Room that is waited for may be made by what has been given room; and a thread that does not own the store waits for each.
      if (location instanceof Promise) writing.push(writeAlone(store, entry, location, failed));
      else placed.push({ entry, location });
    } catch (error) {
      failed(entry, error);
    }
  }
  for (const span of spansOf(placed, { maxBytes: PIECE_BYTES, maxGapBytes: 0 })) {
    writing.push(writeSpan(store, memory, span, failed));
  }
  await Promise.all(writing);
}

async function writeAlone<T extends WholeEntry>(
  store: Entries,
  entry: T,
  reserving: Promise<Reservation>,
  failed: Failed<T>,
): Promise<void> {
  try {
    await writeReserved(store, entry.key, await reserving, entry.bytes);
  } catch (error) {
    failed(entry, error);
  }
}

async function writeSpan<T extends WholeEntry>(
  store: Entries,
  memory: PiecePools,
  span: Span<Placed<T>>,
  failed: Failed<T>,
): Promise<void> {
  const { entries } = span;
  const [first] = entries;
  if (first === undefined) return;
  try {
    const copy = entries.length === 1 ? undefined : copied(span, memory);
    await store.write(first.location, 0, copy ?? first.entry.bytes);
    if (copy !== undefined) giveBack(copy);
  } catch (error) {
    for (const { entry, location: own } of entries) {
      store.giveBack(own);
      failed(entry, error);
    }
    return;
  }
  for (const { entry, location: own } of entries) {
    const committing = store.commit(entry.key, own);
    if (committing !== undefined) await committing;
  }
}

/** All bytes of a span, to be written in one go. */
function copied<T extends WholeEntry>(
  { location, entries }: Span<Placed<T>>,
  memory: PiecePools,
): Uint8Array {
  const all = memory.take(location.length);
  for (const { entry, location: own } of entries) {
    all.set(entry.bytes, own.offset - location.offset);
  }
  return all;
}
