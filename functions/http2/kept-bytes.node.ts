/** Pieces below this size are put together: each alone would take many times its bytes. */
const SMALL_BYTES = 1024;

const JOINED_BYTES = 4096;

/** Bytes that came and wait for their reader, copied since their memory is used again. */
export class KeptBytes {
  readonly #pieces: Buffer[] = [];
  /** Memory of the last piece, where more small ones fit behind it. */
  #joined: Buffer | undefined;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(bytes: Buffer): void {
    if (bytes.length >= SMALL_BYTES) {
      this.#joined = undefined;
      this.#pieces.push(Buffer.from(bytes));
      return;
    }
    const last = this.#pieces.at(-1);
    const joined = this.#joined;
    if (joined !== undefined && last !== undefined && last.length + bytes.length <= JOINED_BYTES) {
      bytes.copy(joined, last.length);
      this.#pieces[this.#pieces.length - 1] = joined.subarray(0, last.length + bytes.length);
      return;
    }
    this.#joined = Buffer.allocUnsafeSlow(JOINED_BYTES);
    bytes.copy(this.#joined);
    this.#pieces.push(this.#joined.subarray(0, bytes.length));
  }

  /** The next piece, which is its reader's to keep. */
  take(): Buffer | undefined {
    const piece = this.#pieces.shift();
    if (this.isEmpty) this.#joined = undefined;
    return piece;
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#joined = undefined;
  }
}
