import { abortable } from "../../bytes/abortable.ts";
import type { BlobSource } from "../../stores/blob-store.ts";
import { BytesSource } from "../../stores/source-of.ts";

/** Read at once: what the runtime reads by itself is 4 KiB. */
const READ_BYTES = 64 * 1024;

/** What R2 and the cache answer with. */
interface Body {
  readonly body: ReadableStream | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface BodySize {
  /** Of the whole blob. */
  readonly sizeBytes: number;
  /** Of the part that the body has. */
  readonly givenBytes: number;
}

/** A body of the platform's as a source: a small one is read at once, for a stream costs more than its bytes do. */
export async function bodySource(
  body: Body,
  { sizeBytes, givenBytes }: BodySize,
  explain: (error: unknown) => unknown,
  signal: AbortSignal,
): Promise<BlobSource> {
  if (body.body !== null && givenBytes > READ_BYTES) {
    return streamSource(sizeBytes, body.body, explain, signal);
  }
  const bytes = new Uint8Array(await body.arrayBuffer());
  if (bytes.byteLength !== givenBytes) {
    throw explain(new Error(`${bytes.byteLength} bytes came instead of ${givenBytes}`));
  }
  return new BytesSource({ sizeBytes, bytes, signal, giveBack: () => undefined });
}

/** What breaks while it is read is thrown as `explain` has it. */
function streamSource(
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
