/** What Lambda tells a function about one invocation. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Where an answer is written to: a writable stream of Node's, or as much of one as Lambda's runtime passes on. */
export interface ResponseStream {
  /** `false` once more than a buffer is waiting: "drain" tells when to go on. */
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  on(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/** What goes ahead of an answer's bytes. */
export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

export type StreamingHandler<Event> = (
  event: Event,
  stream: ResponseStream,
  context: LambdaContext,
) => Promise<void>;

/** The global `awslambda` of Lambda's runtime for Node. */
export interface AwsLambda {
  /** Marks a handler as one that streams its answers. */
  streamifyResponse<Event>(handler: StreamingHandler<Event>): StreamingHandler<Event>;
  readonly HttpResponseStream: {
    /** The same stream, with a head that is sent with the first write, even of nothing; without any write it is not sent. */
    from(stream: ResponseStream, head: AnswerHead): ResponseStream;
  };
}
