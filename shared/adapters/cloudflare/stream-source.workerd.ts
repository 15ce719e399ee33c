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
    return streamSource(body.body, { sizeBytes, givenBytes }, explain, signal);
  }
  const bytes = new Uint8Array(await body.arrayBuffer());
  if (bytes.byteLength !== givenBytes) throw explain(cutOff(bytes.byteLength, givenBytes));
  return new BytesSource({ sizeBytes, bytes, signal, giveBack: () => undefined });
}

/** The platform may end a body before its end without a word: a cache that was filled halfway does. */
function cutOff(bytes: number, givenBytes: number): Error {
  return new Error(`${bytes} bytes came instead of ${givenBytes}`);
}

/** What breaks while it is read is thrown as `explain` has it. */
function streamSource(
  stream: ReadableStream,
  { sizeBytes, givenBytes }: BodySize,
  explain: (error: unknown) => unknown,
  signal: AbortSignal,
): BlobSource {
  const chunks = { [Symbol.asyncIterator]: () => readerOf(stream) };
  const whole = (): AsyncIterable<Uint8Array> => complete(abortable(chunks, signal), givenBytes);
  return {
    sizeBytes,
    [Symbol.asyncIterator]: () => explained(whole(), explain, signal),
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

async function* complete(
  chunks: AsyncIterable<Uint8Array>,
  givenBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes !== givenBytes) throw cutOff(bytes, givenBytes);
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
