import { PassThrough } from "node:stream";
import type {
  AnswerHead,
  AwsLambda,
  LambdaContext,
  ResponseStream,
  StreamingHandler,
} from "../../functions/aws/lambda-runtime.node.ts";
import { KIB } from "./bytes.ts";

/** Between the head of an answer and its bytes. */
const DELIMITER = Buffer.alloc(8);

/** What Lambda's runtime for Node hands to a streaming handler, as that runtime's public code does it. */
export class RuntimeStream implements ResponseStream {
  /** The head, the delimiter and the bytes of the answer, on their way to Lambda. */
  readonly sent: PassThrough = new PassThrough({ highWaterMark: 64 * KIB });
  #head: AnswerHead | undefined;
  #isWritten = false;

  /** To be sent before whatever is written first. Too late after that. */
  announce(head: AnswerHead): void {
    if (this.#isWritten) throw new Error("Cannot set content-type, too late.");
    this.#head = head;
  }

  write(chunk: Uint8Array): boolean {
    if (!this.#isWritten && this.#head !== undefined) {
      this.sent.write(JSON.stringify(this.#head));
      this.sent.write(DELIMITER);
    }
    this.#isWritten = true;
    return this.sent.write(chunk);
  }

  /** Sends no head by itself. */
  end(): void {
    this.sent.end();
  }

  on(event: "drain" | "close", listener: () => void): void {
    this.sent.on(event, listener);
  }

  off(event: "drain" | "close", listener: () => void): void {
    this.sent.off(event, listener);
  }
}

/** The global `awslambda`. */
export const runtime: AwsLambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from: (stream, head) => {
      if (!(stream instanceof RuntimeStream)) throw new TypeError("not a stream of this runtime");
      stream.announce(head);
      return stream;
    },
  },
};

const DEFAULT_TIMEOUT_MS = 180_000;

export function contextOf(timeoutMs: number = DEFAULT_TIMEOUT_MS): LambdaContext {
  const endsMs = Date.now() + timeoutMs;
  return { getRemainingTimeInMillis: () => Math.max(0, endsMs - Date.now()) };
}

/** Invokes a streaming handler as the runtime does; its stream breaks where the handler fails, or forgets to end it. */
export function invoke<Event>(
  handler: StreamingHandler<Event>,
  event: Event,
  context: LambdaContext = contextOf(),
): RuntimeStream {
  const stream = new RuntimeStream();
  const run = async (): Promise<void> => {
    await handler(event, stream, context);
    if (!stream.sent.writableEnded) throw new Error("Response stream is not finished.");
  };
  run().catch((error: unknown) =>
    stream.sent.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return stream;
}

/** An answer as a function URL understands it. */
export interface Answer extends AnswerHead {
  readonly body: AsyncIterable<Uint8Array>;
}

/** The answer on its way; throws where its head does not come. */
export async function answerOf({ sent }: RuntimeStream): Promise<Answer> {
  const chunks = sent.iterator({ destroyOnReturn: false });
  let start = Buffer.alloc(0);
  for (;;) {
    const next: IteratorResult<Buffer, void> = await chunks.next();
    if (next.done === true) throw new Error("the answer has no head");
    start = Buffer.concat([start, next.value]);
    const at = start.indexOf(DELIMITER);
    if (at === -1) continue;
    const head = JSON.parse(start.subarray(0, at).toString()) as AnswerHead;
    return { ...head, body: following(start.subarray(at + DELIMITER.byteLength), chunks) };
  }
}

async function* following(
  first: Uint8Array,
  rest: AsyncIterableIterator<Buffer>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (first.byteLength > 0) yield first;
  yield* rest;
}
