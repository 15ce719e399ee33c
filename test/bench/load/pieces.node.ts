/** The bytes of one upload, in pieces of which uploads share most. */
export type Pieces = readonly Buffer[];

export function lengthOf(pieces: Pieces): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/** Takes bytes from the front of pieces without copying any. */
export class PieceReader {
  readonly #pieces: Pieces;
  #piece = 0;
  #at = 0;
  #left: number;

  constructor(pieces: Pieces) {
    this.#pieces = pieces;
    this.#left = lengthOf(pieces);
  }

  get left(): number {
    return this.#left;
  }

  /** Gives the next `length` bytes to `write`, in as many parts as it takes. */
  take(length: number, write: (part: Buffer) => void): void {
    let wanted = Math.min(length, this.#left);
    this.#left -= wanted;
    while (wanted > 0) {
      const piece = this.#pieces[this.#piece];
      if (piece === undefined) return;
      const end = Math.min(piece.byteLength, this.#at + wanted);
      write(this.#at === 0 && end === piece.byteLength ? piece : piece.subarray(this.#at, end));
      wanted -= end - this.#at;
      this.#at = end;
      if (end === piece.byteLength) {
        this.#piece++;
        this.#at = 0;
      }
    }
  }
}
