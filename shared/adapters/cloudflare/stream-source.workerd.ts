import { abortable } from "../../bytes/abortable.ts";
import type { BlobSource } from "../../stores/blob-store.ts";

/** Read at once: what the runtime reads by itself is 4 KiB. */
const READ_BYTES = 64 * 1024;

/** A stream of the platform's as a source. What breaks while it is read is thrown as `explain` has it. */
export function streamSource(
  sizeBytes: number,
  stream: ReadableStream,
  explain: (error: unknown) => unknown,
  signal: AbortSignal,
): BlobSource {
  const chunks = { [Symbol.asyncIterator]: () => readerOf(stream) };
  return {
    sizeBytes,
    [Symbol.asyncIterator]: () => explained(abortable(chunks, signal), explain, signal),
    [Symbol.asyncDispose]: async () => {
      // A stream that is being read is locked, and its reader ends it.
      if (!stream.locked) await stream.cancel().catch(() => undefined);
    },
  };
}

/** Unlike a generator, it stops at once, even while the stream is silent. */
function readerOf(stream: ReadableStream): AsyncIterator<Uint8Array, void> {
  const reader = stream.getReader({ mode: "byob" });
  return {
    next: async () => {
      const { done, value } = await reader.read(new Uint8Array(READ_BYTES));
      return done ? { done, value: undefined } : { done, value };
    },
    return: async () => {
      await reader.cancel().catch(() => undefined);
      return { done: true, value: undefined };
    },
  };
}

async function* explained(
  chunks: AsyncIterable<Uint8Array>,
  explain: (error: unknown) => unknown,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    throw signal.aborted ? signal.reason : explain(error);
  }
}
