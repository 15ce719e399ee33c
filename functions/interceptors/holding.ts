import { type ContextKey, createContextKey, type Interceptor } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import type { RoomForBytes } from "./room-for-bytes.ts";

/** What gzip can make of one byte at most. */
const MAX_EXPANSION = 1032;

/** What one request has received and its handler has not yet dealt with. */
export class Holding {
  readonly #room: RoomForBytes;
  readonly #isCompressed: boolean;
  readonly #signal: AbortSignal;
  #receivedBytes = 0;
  #takenBytes = 0;
  #turn: Disposable | undefined;

  constructor(room: RoomForBytes, isCompressed: boolean, signal: AbortSignal) {
    this.#room = room;
    this.#isCompressed = isCompressed;
    this.#signal = signal;
  }

  /** Counts bytes that came in, and the message that they may become. Throws RESOURCE_EXHAUSTED where there is no room. */
  async receive(bytes: number): Promise<void> {
    if (this.tryReceive(bytes)) return;
    const missingBytes = this.#missingFor(bytes);
    await this.#room.waitFor(missingBytes, this.#signal);
    this.#receivedBytes += bytes;
    this.#takenBytes += missingBytes;
  }

  /** The same at once; `false`, and nothing is counted, where `receive` would have to wait. */
  tryReceive(bytes: number): boolean {
    const missingBytes = this.#missingFor(bytes);
    // Who holds something must not wait for others who do the same.
    if (this.#takenBytes > 0) this.#room.take(missingBytes);
    else if (!this.#room.tryTake(missingBytes)) return false;
    this.#receivedBytes += bytes;
    this.#takenBytes += missingBytes;
    return true;
  }

  #missingFor(bytes: number): number {
    const receivedBytes = this.#receivedBytes + bytes;
    const expandedBytes = this.#isCompressed
      ? Math.min(receivedBytes * MAX_EXPANSION, limits.requestMessageBytes)
      : 0;
    return receivedBytes + expandedBytes - this.#takenBytes;
  }

  /** Counts what is made of what came in. Throws RESOURCE_EXHAUSTED where there is no room now. */
  hold(bytes: number): void {
    this.#room.take(bytes);
    this.#takenBytes += bytes;
  }

  /** It is the request's turn, which it ends early should it have to wait. */
  isInTurn(turn: Disposable): void {
    this.#turn = turn;
  }

  /** Counts an answer that is put together in memory: as it is read, and once more as it is encoded. Throws RESOURCE_EXHAUSTED. */
  async holdAnswer(bytes: number): Promise<void> {
    const wholeBytes = this.#takenBytes + 2 * bytes;
    // Who waits must hold nothing: the little that the request has is counted again with the answer.
    this.release();
    if (!this.#room.tryTake(wholeBytes)) {
      this.#turn?.[Symbol.dispose]();
      await this.#room.waitFor(wholeBytes, this.#signal);
    }
    this.#takenBytes = wholeBytes;
  }

  release(): void {
    this.#room.give(this.#takenBytes);
    this.#receivedBytes = 0;
    this.#takenBytes = 0;
  }
}

export const holdingKey: ContextKey<Holding | undefined> = createContextKey<Holding | undefined>(
  undefined,
  { description: "request bytes held" },
);

/** Releases what a stream holds as its handler asks for more; what a unary call holds stays until its end. */
export const releaseStreamed: Interceptor = (next) => async (request) => {
  const holding = request.contextValues.get(holdingKey);
  if (!request.stream || holding === undefined) return await next(request);
  return await next({ ...request, message: releasedOnDemand(request.message, holding) });
};

async function* releasedOnDemand<T>(
  messages: AsyncIterable<T>,
  holding: Holding,
): AsyncGenerator<T, void, undefined> {
  for await (const message of messages) {
    yield message;
    holding.release();
  }
}
