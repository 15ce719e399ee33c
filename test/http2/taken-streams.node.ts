import type { ServerStream } from "../../functions/http2/server-stream.node.ts";

/** What a stream's receiver was told. */
export interface Taken {
  readonly stream: ServerStream;
  readonly received: Buffer[];
  /** "end", and then "closed", or "broken off" where either side had more to send. */
  readonly told: string[];
}

/** Takes streams and leaves the rest to the test: it answers, and releases what came, itself. */
export class TakenStreams {
  readonly #taken: Taken[] = [];
  #news = Promise.withResolvers<void>();

  /** To be given to the server. */
  readonly take = (stream: ServerStream): void => {
    const taken: Taken = { stream, received: [], told: [] };
    this.#taken.push(taken);
    stream.receive({
      data: (bytes) => this.#note(() => taken.received.push(Buffer.from(bytes))),
      end: () => this.#note(() => taken.told.push("end")),
      close: (early) => this.#note(() => taken.told.push(early ? "broken off" : "closed")),
    });
    this.#note(() => {});
  };

  get count(): number {
    return this.#taken.length;
  }

  /** The stream that came as number `index`, once it is there, and `isReady`. */
  async at(index: number, isReady: (taken: Taken) => boolean = () => true): Promise<Taken> {
    for (;;) {
      const taken = this.#taken[index];
      if (taken !== undefined && isReady(taken)) return taken;
      await this.#news.promise;
    }
  }

  #note(what: () => void): void {
    what();
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** Whether a stream has brought so many bytes. */
export function hasReceived(bytes: number): (taken: Taken) => boolean {
  return ({ received }) => received.reduce((sum, piece) => sum + piece.byteLength, 0) === bytes;
}
