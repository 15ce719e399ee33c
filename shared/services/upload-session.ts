import { abortable } from "../bytes/abortable.ts";
import { withoutFirst } from "../bytes/without-first.ts";
import { type Following, following } from "../following.ts";
import { RequestError } from "../request-error.ts";
import { untilAborted } from "../until-aborted.ts";
import type { UploadOutcome } from "./rival-uploads.ts";

/** What a session asks of the store: takes the bytes of all its requests, until the signal aborts. */
export type SessionPut = (
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) => Promise<UploadOutcome>;

/** One for all turns: an error of its own for each would take longer than to hash 16 KiB. */
const isOver = new DOMException("the request is over", "AbortError");

/** Offsets that are remembered as told. */
const MAX_TOLD = 8;

/** One request's share of an upload. */
interface Turn {
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when the request has ended, or its turn alone. */
  readonly over: Following;
}

/**
 * One upload, by however many requests. The store reads from one after the other, and waits where one breaks off; so it never hears of
 * that, and what it has taken is kept.
 */
export class UploadSession {
  readonly name: string;
  readonly sizeBytes: number;
  /** How it ends: rejects where the store throws, where the bytes are not the blob's, and where it is stopped. */
  readonly outcome: Promise<UploadOutcome>;
  readonly #stopped = new AbortController();
  #turn: Turn | undefined;
  #onTurn: () => void = () => undefined;
  #keptBytes = 0;
  /** The last offsets that were told. */
  readonly #toldBytes: number[] = [];
  #isWhole = false;
  #isOver = false;

  constructor(name: string, sizeBytes: number, put: SessionPut) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.outcome = put(this.#bytes(), this.#stopped.signal);
    const end = (): void => void (this.#isOver = true);
    this.outcome.then(end, end);
  }

  /** Bytes that the store has taken. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Whether all bytes came, with the word that they are all. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether it waits for a request to go on with it. */
  get isPaused(): boolean {
    const isEnding = this.#isWhole || this.#isOver || this.#stopped.signal.aborted;
    return this.#turn === undefined && !isEnding;
  }

  /** The offset to go on at, for its client: never the blob's size, for which clients would take the upload for done. */
  tell(): number {
    const told = Math.max(0, Math.min(this.#keptBytes, this.sizeBytes - 1));
    if (!this.#toldBytes.includes(told)) this.#toldBytes.push(told);
    if (this.#toldBytes.length > MAX_TOLD) this.#toldBytes.shift();
    return told;
  }

  /**
   * Whether a request may go on at `offset`. What was told stays right: a client may not know yet that its last request broke off, and
   * that one may have brought more meanwhile, or have been told more itself in an answer that nobody received.
   */
  continuesAt(offset: bigint): boolean {
    if (offset === BigInt(this.#keptBytes)) return true;
    return offset > 0n && this.#toldBytes.includes(Number(offset));
  }

  /**
   * Takes the bytes from `offset` on from a request, to the end of `body`, which is that of the blob. A request that still brings some
   * ends as aborted. Throws what `body` throws, or the signal's reason: the upload is then paused, unless the bytes are wrong.
   */
  async take(
    body: AsyncIterable<Uint8Array>,
    offset: number,
    signal: AbortSignal,
  ): Promise<UploadOutcome> {
    this.#turn?.over.abort(overtaken());
    const overlap = this.#keptBytes - offset;
    using over = following(signal);
    const turn = { body: overlap === 0 ? body : withoutFirst(overlap, body), over };
    this.#turn = turn;
    this.#onTurn();
    try {
      return await untilAborted(this.outcome, over.signal);
    } finally {
      if (this.#turn === turn) this.#turn = undefined;
      // Nobody reads its body any more.
      over.abort(isOver);
    }
  }

  /** Ends it: the store keeps nothing, and a request that is under way throws `reason`. */
  stop(reason: Error): void {
    this.#stopped.abort(reason);
  }

  async *#bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    while (!this.#isWhole) {
      const turn = await this.#nextTurn();
      try {
        for await (const chunk of abortable(turn.body, turn.over.signal)) {
          // Another request may have taken over while this chunk was on its way.
          turn.over.signal.throwIfAborted();
          this.#keptBytes += chunk.byteLength;
          yield chunk;
        }
        turn.over.signal.throwIfAborted();
        this.#isWhole = true;
      } catch (error) {
        if (isFault(error)) throw error;
        turn.over.abort(error);
      }
    }
  }

  async #nextTurn(): Promise<Turn> {
    for (;;) {
      const turn = this.#turn;
      if (turn !== undefined && !turn.over.signal.aborted) return turn;
      await new Promise<void>((resolve) => (this.#onTurn = resolve));
    }
  }
}

/** Whether the request was wrong, so that nothing of the upload can be relied on. Everything else may have broken it off. */
function isFault(error: unknown): boolean {
  return error instanceof RequestError && error.code === "invalid-argument";
}

/** Why a stream ends whose upload another one makes now. */
export function overtaken(): RequestError {
  return new RequestError("aborted", "another stream of the same name makes this upload now");
}
