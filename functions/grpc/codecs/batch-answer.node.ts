import type { Pieces } from "../pieces.ts";
import { allPieces } from "./own-piece.node.ts";
import { varintBytes, WireWriter } from "./wire-writer.node.ts";

const RESPONSES = (1 << 3) | 2;

/** An entry of a batch's answer. */
export interface AnswerEntry {
  readonly digest?: object | undefined;
  readonly status?: { readonly code?: number } | undefined;
}

/** How entries are written. */
export interface EntryCodec<Entry> {
  /** One that failed, or has no digest: it repeats what its client sent, right or wrong, so that the library writes it. */
  encodeFailed(entry: Entry): Uint8Array;
  byteLength(entry: Entry): number;
  /** Of these bytes, those that are no part of what is written, but a piece of their own. */
  apartBytes(entry: Entry): number;
  write(entry: Entry, writer: WireWriter, pieces: Uint8Array[]): void;
}

/** A message that has nothing but entries. */
export function encodeEntries<Entry extends AnswerEntry>(
  entries: readonly Entry[],
  codec: EntryCodec<Entry>,
): Pieces {
  const failures = new Map<number, Uint8Array>();
  let ownBytes = 0;
  const sizes = entries.map((entry, index) => {
    if (isWhole(entry)) {
      const size = codec.byteLength(entry);
      ownBytes += 1 + varintBytes(size) + size - codec.apartBytes(entry);
      return size;
    }
    const failed = codec.encodeFailed(entry);
    failures.set(index, failed);
    ownBytes += 1 + varintBytes(failed.byteLength) + failed.byteLength;
    return failed.byteLength;
  });
  const writer = new WireWriter(ownBytes);
  const pieces: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    writer.uint32(RESPONSES).uint32(sizes[index] ?? 0);
    const failed = failures.size === 0 ? undefined : failures.get(index);
    if (failed === undefined) codec.write(entry, writer, pieces);
    else writer.raw(failed);
  });
  return allPieces(writer, pieces);
}

function isWhole({ digest, status }: AnswerEntry): boolean {
  return digest !== undefined && (status?.code ?? 0) === 0;
}
