import type { ServerStream } from "../../../functions/http2/server-stream.node.ts";
import type { Random } from "../../fuzz/random.node.ts";
import { BrokenRule } from "../../fuzz/broken-rule.node.ts";

/** What a handler does with a stream. */
export type Manner = "echo" | "early" | "reset" | "abrupt" | "large" | "hold" | "silent";

const LARGE_BYTES = 300_000;

/** A stream with its handler, and all that its receiver was told. */
export class RecordedStream {
  readonly stream: ServerStream;
  readonly #manner: Manner;
  readonly #random: Random;
  readonly #received: Buffer[] = [];
  #hasEnded = false;
  #closes = 0;

  constructor(stream: ServerStream, manner: Manner, random: Random) {
    this.stream = stream;
    this.#manner = manner;
    this.#random = random;
    stream.receive({
      data: (bytes) => this.#onData(bytes),
      end: () => this.#onEnd(),
      close: () => {
        this.#closes += 1;
      },
    });
    if (manner === "early") this.#answer([Buffer.from("early")]);
    if (manner === "reset") stream.reset(8);
    if (manner === "large") void this.#answerLarge();
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get closes(): number {
    return this.#closes;
  }

  #onData(bytes: Buffer): void {
    this.#check("data");
    if (this.#hasEnded) throw new BrokenRule("data came behind the end");
    this.#received.push(Buffer.from(bytes));
    if (this.#manner === "abrupt") this.stream.reset(8);
    if (this.#manner === "hold") return;
    // Some of it at once, and some too much.
    this.stream.release(this.#random.below(bytes.byteLength + 1));
    this.stream.release(bytes.byteLength);
  }

  #onEnd(): void {
    this.#check("the end");
    if (this.#hasEnded) throw new BrokenRule("the end came twice");
    this.#hasEnded = true;
    if (this.#manner === "echo" || this.#manner === "hold") this.#answer(this.#received);
  }

  #check(what: string): void {
    if (this.stream.isClosed || this.#closes > 0)
      throw new BrokenRule(`${what} came behind the close`);
  }

  #answer(pieces: readonly Buffer[]): void {
    this.stream.respond({ ":status": "200", "content-type": "text/plain" });
    for (const piece of pieces) {
      const bytes = Buffer.from(piece);
      // Its memory is used again once it is sent.
      this.stream.write([bytes], () => bytes.fill(0xbb));
    }
    this.stream.end(this.#random.chance(0.5) ? { "grpc-status": "0" } : undefined);
  }

  async #answerLarge(): Promise<void> {
    this.stream.respond({ ":status": "200" });
    const piece = Buffer.alloc(1 + this.#random.below(LARGE_BYTES / 4), "large");
    for (let sent = 0; sent < LARGE_BYTES; sent += piece.byteLength)
      if (!this.stream.write([piece])) await this.stream.drained();
    this.stream.end({ "grpc-status": "0" });
  }
}
