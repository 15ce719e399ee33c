/** All bytes of a source as one array. For sources whose size the caller has bounded: `sizeBytes` is allocated at once. */
export async function collect(
  source: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(sizeBytes);
  let filled = 0;
  for await (const chunk of source) {
    if (filled + chunk.byteLength > sizeBytes) {
      throw new RangeError(`a source of ${sizeBytes} bytes gave more`);
    }
    all.set(chunk, filled);
    filled += chunk.byteLength;
  }
  if (filled !== sizeBytes) throw new RangeError(`a source of ${sizeBytes} bytes gave ${filled}`);
  return all;
}

/** All bytes of a source of unknown size, or `undefined` once they are more than `maxBytes`. */
export async function collectUpTo(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of source) {
    total += chunk.byteLength;
    if (total > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return await collect(iterate(chunks), total);
}

/** Reads a source to its end, for whatever that checks or throws. */
export async function skim(source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of source);
}

/** Bytes at hand as a source. */
export async function* iterate(
  chunks: Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
