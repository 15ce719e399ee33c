import { Duplex } from "node:stream";
import type { Socket } from "node:net";

/** A server's end of a connection without a network: what comes in is pushed, and what goes out is kept. */
export class MemorySocket extends Duplex {
  readonly #written: Buffer[] = [];
  #waiting: (() => void) | undefined;
  #isStalled = false;
  #hasEnded = false;
  bytesRead = 0;
  bytesWritten = 0;

  /** Everything that the server has sent. */
  get written(): Buffer {
    return Buffer.concat(this.#written);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** As the type that the server knows, of which it uses what is here. */
  get asSocket(): Socket {
    return this as unknown as Socket;
  }

  receive(bytes: Buffer): void {
    if (this.destroyed) return;
    this.bytesRead += bytes.byteLength;
    this.push(bytes);
  }

  /** The client stops reading, or reads on. */
  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    if (isStalled) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take([bytes], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: () => void): void {
    this.#hasEnded = true;
    done();
  }

  #take(pieces: readonly Buffer[], done: () => void): void {
    // A copy, as the network takes one: the server uses its memory again.
    for (const piece of pieces) this.#written.push(Buffer.from(piece));
    this.bytesWritten += pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.#isStalled) this.#waiting = done;
    else done();
  }
}
