import { untilAborted } from "../../until-aborted.ts";

/**
 * Gives bytes to a taker that wants a stream of known length, each chunk when it has taken the one before. What it throws is thrown,
 * and the bytes are told to stop; where they throw, that is thrown, and the stream breaks off before its end.
 */
export async function giveStream<T>(
  bytesUntil: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  sizeBytes: number,
  take: (stream: ReadableStream) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  const given = give(bytesUntil(until), sizeBytes, writable, until);
  const taken = take(readable).finally(() => over.abort());
  const [giving, taking] = await Promise.allSettled([given, untilAborted(taken, signal)]);
  if (giving.status === "rejected" && giving.reason !== over.signal.reason) throw giving.reason;
  if (taking.status === "rejected") throw taking.reason;
  return taking.value;
}

/** Throws what the bytes throw. Where nobody takes them any longer, it is for the taker to say why. */
async function give(
  bytes: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  writable: WritableStream,
  signal: AbortSignal,
): Promise<void> {
  const writer = writable.getWriter();
  const isTaken = (writing: Promise<void>): Promise<boolean> =>
    untilAborted(writing, signal).then(
      () => true,
      () => false,
    );
  try {
    let last = new Uint8Array();
    let given = 0;
    for await (const chunk of bytes) {
      given += chunk.byteLength;
      // A taker that has so many bytes may be content with them, and what comes next may yet be an error.
      const held = given === sizeBytes ? 1 : 0;
      last = chunk.slice(chunk.byteLength - held);
      if (!(await isTaken(writer.write(chunk.subarray(0, chunk.byteLength - held))))) return;
    }
    if (!(await isTaken(writer.write(last)))) return;
    await isTaken(writer.close());
  } finally {
    void writer.abort().catch(() => undefined);
  }
}
