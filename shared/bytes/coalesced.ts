import { concat } from "./concat.ts";

/** The same bytes in chunks of at least `minBytes`, except for the last, of a source that never uses a chunk's memory again. */
export async function* coalesced(
  source: AsyncIterable<Uint8Array>,
  minBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < minBytes) continue;
    yield waiting.length === 1 ? chunk : concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield concat(waiting);
}
