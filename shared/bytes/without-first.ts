/** The bytes of `source` behind the first `count`. */
export async function* withoutFirst(
  count: number,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  for await (const chunk of source) {
    const passed = chunk.subarray(left);
    left -= chunk.byteLength - passed.byteLength;
    if (passed.byteLength > 0) yield passed;
  }
}
