import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { AnswerHead, AwsLambda, ResponseStream } from "./lambda-runtime.node.ts";

const NOTHING = new Uint8Array();

/**
 * Sends an answer, at the pace at which it is taken. Throws where it cannot be completed, before `end`: half an answer must not
 * look like a whole one.
 */
export async function streamAnswer(
  answer: UniversalServerResponse,
  stream: ResponseStream,
  signal: AbortSignal,
  { HttpResponseStream }: Pick<AwsLambda, "HttpResponseStream">,
): Promise<void> {
  const body = answer.body?.[Symbol.asyncIterator]();
  try {
    // A handler sets headers until its first bytes.
    let chunk = await body?.next();
    const sink = HttpResponseStream.from(stream, headOf(answer));
    // An answer may have no bytes, and its head goes out with a write.
    sink.write(NOTHING);
    while (chunk !== undefined && chunk.done !== true) {
      if (!sink.write(chunk.value)) await drained(sink, signal);
      chunk = await body?.next();
    }
    sink.end();
  } finally {
    await body?.return?.();
  }
}

function headOf({ status, header }: UniversalServerResponse): AnswerHead {
  return { statusCode: status, headers: Object.fromEntries(header?.entries() ?? []) };
}

/** Throws the signal's reason: nothing drains once the answer is given up. */
async function drained(sink: ResponseStream, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const goOn = (): void => resolve();
  sink.on("drain", goOn);
  signal.addEventListener("abort", goOn);
  try {
    if (!signal.aborted) await promise;
  } finally {
    sink.off("drain", goOn);
    signal.removeEventListener("abort", goOn);
  }
  signal.throwIfAborted();
}
