import type { ObjectKey } from "./object-key.ts";
import type { MultipartUploads, UploadedPart } from "./object-store.ts";

/** What a part begins with in memory; it doubles until it is as large as parts are. */
const FIRST_BYTES = 256 * 1024;

/** Makes an object of parts, as they come. */
export async function writeInParts(
  multipart: MultipartUploads,
  key: ObjectKey,
  parts: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const uploadId = await multipart.create(key, signal);
  try {
    const uploaded: UploadedPart[] = [];
    for await (const part of parts) {
      uploaded.push(await multipart.putPart(key, uploadId, uploaded.length + 1, part, signal));
    }
    await multipart.complete(key, uploadId, uploaded, signal);
  } catch (error) {
    // Parts that stay behind all the same are the bucket's to expire; what went wrong is what the caller must hear.
    await multipart.abort(key, uploadId).catch(() => undefined);
    throw error;
  }
}

/**
 * The same bytes in parts of that size, but for the last, which is given when they have ended well. A part is valid until the next
 * one is asked for: only one is held in memory.
 */
export async function* inParts(
  bytes: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let part = new Uint8Array(Math.min(FIRST_BYTES, partBytes));
  let filled = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (rest.byteLength > 0) {
      if (filled === part.byteLength) part = grown(part, partBytes);
      const taken = rest.subarray(0, part.byteLength - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (filled < partBytes) continue;
      yield part;
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

function grown(part: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(mostBytes, 2 * part.byteLength));
  larger.set(part);
  return larger;
}
