import type { Output } from "./output.node.ts";

/** Places of pieces that are sent, which are given up together. */
const SENT_PIECES = 64;

const nothing = new Uint8Array();

/** What a stream has still to send. */
export class SendQueue {
  #pieces: Uint8Array[] = [];
  /** Who wants to hear that a piece is sent, at the piece's place. */
  #listeners: ((() => void) | undefined)[] = [];
  #first = 0;
  /** How much of the first piece is sent. */
  #offset = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** `sent` is for the last of the pieces, which have some bytes. */
  add(pieces: readonly Uint8Array[], sent?: () => void): void {
    for (const piece of pieces) {
      if (piece.byteLength === 0) continue;
      this.#pieces.push(piece);
      this.#listeners.push(undefined);
      this.#bytes += piece.byteLength;
    }
    this.#listeners[this.#listeners.length - 1] = sent;
  }

  /** Moves so many bytes, which it has, to `output`. */
  move(bytes: number, output: Output): void {
    this.#bytes -= bytes;
    for (let left = bytes; left > 0;) {
      const piece = this.#pieces[this.#first];
      if (piece === undefined) throw new Error(`the queue is ${left} bytes short`);
      const end = Math.min(piece.byteLength, this.#offset + left);
      output.add(
        this.#offset === 0 && end === piece.byteLength ? piece : piece.subarray(this.#offset, end),
      );
      left -= end - this.#offset;
      this.#offset = end;
      if (end === piece.byteLength) this.#next(output);
    }
  }

  clear(): void {
    this.#pieces = [];
    this.#listeners = [];
    this.#first = 0;
    this.#offset = 0;
    this.#bytes = 0;
  }

  #next(output: Output): void {
    const sent = this.#listeners[this.#first];
    if (sent !== undefined) output.whenTaken(sent);
    this.#offset = 0;
    // A queue whose writer keeps ahead is never empty: what is sent must go before.
    this.#pieces[this.#first] = nothing;
    this.#first += 1;
    if (this.#first < this.#pieces.length && this.#first < SENT_PIECES) return;
    this.#pieces.splice(0, this.#first);
    this.#listeners.splice(0, this.#first);
    this.#first = 0;
  }
}
