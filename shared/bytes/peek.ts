import { concat } from "./concat.ts";

/** A source of which the first bytes are known. Dispose of it, so that its sender is told when nobody reads the rest. */
export interface Peeked extends Disposable {
  /** At least as many bytes as were asked for, or all that there are. */
  readonly head: Uint8Array;
  /** All bytes, the head included. */
  readonly whole: AsyncIterable<Uint8Array>;
}

/** Looks at the first bytes of a source, which it holds in memory: so many, and what else came with the last of them. */
export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let left = bytes;
  while (left > 0) {
    const next = await iterator.next();
    if (next.done === true) break;
    // A copy: the sender may use its memory again, and `slice` of a Node buffer is a view.
    chunks.push(concat([next.value]));
    left -= next.value.byteLength;
  }
  const head = concat(chunks);
  return {
    head,
    whole: behind(head, iterator),
    // Not waited for: a source may be silent.
    [Symbol.dispose]: () => void iterator.return?.().catch(() => undefined),
  };
}

async function* behind(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.byteLength > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
