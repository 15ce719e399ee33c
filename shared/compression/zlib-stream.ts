/** As much of a stream of `node:zlib` as is used here: Node and the runtime of Workers have the same. */
export interface ZlibStream {
  write(bytes: Uint8Array, done: () => void): unknown;
  /** Makes everything of what was written that can be made of it. */
  flush(done: () => void): unknown;
  read(): Uint8Array | null;
  on(event: "readable", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  destroy(): unknown;
}

/** What a zlib stream says of bytes that it cannot go on with. */
export class ZlibFailure extends Error {
  override readonly name = "ZlibFailure";
}

/**
 * What `stream` makes of `pieces`, flushed at the end. It is given a piece when everything of the piece before has been taken, and
 * is destroyed however this ends. Throws `ZlibFailure`.
 */
export async function* throughZlib(
  stream: ZlibStream,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const output = new Output(stream);
  try {
    for await (const piece of pieces) yield* output.of((done) => stream.write(piece, done));
    yield* output.of((done) => stream.flush(done));
  } finally {
    stream.destroy();
  }
}

class Output {
  readonly #stream: ZlibStream;
  #failure: Error | undefined;
  #isDone = false;
  #wake: () => void = () => undefined;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
    stream.on("readable", () => this.#wake());
    stream.on("error", (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** Everything that comes out until `begin` is done. */
  async *of(begin: (done: () => void) => void): AsyncGenerator<Uint8Array, void, undefined> {
    this.#begin(begin);
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if (this.#failure !== undefined) {
        throw new ZlibFailure(this.#failure.message, { cause: this.#failure });
      }
      const chunk = this.#stream.read();
      if (chunk !== null) yield chunk;
      else if (this.#isDone) return;
      else await promise;
    }
  }

  #begin(begin: (done: () => void) => void): void {
    this.#isDone = false;
    begin(() => {
      this.#isDone = true;
      this.#wake();
    });
  }
}
