import { type Digest, formatDigest } from "../digest/digest.ts";
import { limits } from "../limits.ts";
import type { BlobSource, BlobStore, ByteRange } from "./blob-store.ts";
import type { Call } from "./call.ts";
import { sourceOf } from "./source-of.ts";
import { StoreError } from "./store-error.ts";

interface Part {
  readonly digest: Digest;
  readonly range: ByteRange;
}

/** The bytes of chunks, one after another, or a part of them. Chunks are opened when it is iterated; one that is gone is a `StoreError`. */
export function chunkSource(
  blobs: BlobStore,
  chunks: readonly Digest[],
  range: ByteRange,
  call: Call,
): BlobSource {
  const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0);
  if (range.offset > sizeBytes) {
    throw new RangeError(`offset ${range.offset} in a blob of ${sizeBytes} bytes`);
  }
  const parts = partsOf(chunks, range);
  const open = async ({ digest, range: part }: Part): Promise<BlobSource> => {
    const source = await blobs.get(digest, part, call);
    if (source !== undefined) return source;
    throw new StoreError(
      "unavailable",
      `the chunk ${formatDigest(digest)} went away while the blob that it is part of was read; try again`,
    );
  };
  return sourceOf(sizeBytes, () => readInTurn(parts, open));
}

/** Which parts of which chunks make up a range. */
function partsOf(
  chunks: readonly Digest[],
  { offset, length = Infinity }: ByteRange,
): readonly Part[] {
  const parts: Part[] = [];
  let begin = 0;
  for (const digest of chunks) {
    const from = Math.max(offset - begin, 0);
    const to = Math.min(offset + length - begin, digest.sizeBytes);
    begin += digest.sizeBytes;
    if (from >= to) continue;
    const isWhole = from === 0 && to === digest.sizeBytes;
    parts.push({ digest, range: isWhole ? { offset: 0 } : { offset: from, length: to - from } });
  }
  return parts;
}

/** Several are opened at once, so that a store may make one request of them, and before those ahead of them have ended. */
async function* readInTurn(
  parts: readonly Part[],
  open: (part: Part) => Promise<BlobSource>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const opened: Promise<BlobSource>[] = [];
  let next = 0;
  try {
    for (;;) {
      if (opened.length <= 1) {
        opened.push(...parts.slice(next, next + limits.chunksAhead).map(open));
        next += limits.chunksAhead;
        // Whoever comes to it hears of its failure; nobody may.
        for (const source of opened) source.catch(() => undefined);
      }
      const first = opened.shift();
      if (first === undefined) return;
      await using source = await first;
      yield* source;
    }
  } finally {
    await Promise.allSettled(
      opened.map(async (source) => await (await source)[Symbol.asyncDispose]()),
    );
  }
}
