/** Memory that a pool keeps for the next use, unless it is told otherwise. */
const MAX_FREE_BYTES = 8 * 1024 * 1024;

/**
 * Memory that is used again once it was given back: it is still in the processor's cache, and nothing has to collect it. Whoever gets it
 * need not give it back; then it is collected as any other.
 */
export class MemoryPool {
  readonly bufferBytes: number;
  /** The last one given back is used first, as it is the warmest. */
  readonly #free: LentMemory[] = [];
  readonly #mayKeep: (pool: MemoryPool) => boolean;

  /** `mayKeep` says whether one more buffer may be kept. */
  constructor(
    bufferBytes: number,
    mayKeep: (pool: MemoryPool) => boolean = (pool) =>
      pool.freeBytes + bufferBytes <= MAX_FREE_BYTES,
  ) {
    this.bufferBytes = bufferBytes;
    this.#mayKeep = mayKeep;
  }

  /** What is kept for the next use. */
  get freeBytes(): number {
    return this.#free.length * this.bufferBytes;
  }

  /** So many bytes, of any content; at most as many as one buffer has. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const piece = new Uint8Array(this.takeMemory(), 0, bytes);
    lendAs(piece, [piece]);
    return piece;
  }

  /** A whole buffer, to be lent as some pieces of it. */
  takeMemory(): ArrayBuffer {
    return this.#free.pop() ?? new LentMemory(this.bufferBytes, (memory) => this.#takeBack(memory));
  }

  /** Gives up the buffer that was used longest ago. */
  dropOne(): void {
    this.#free.shift();
  }

  #takeBack(memory: LentMemory): void {
    if (this.#mayKeep(this)) this.#free.push(memory);
  }
}

class LentMemory extends ArrayBuffer {
  readonly #takeBack: (memory: LentMemory) => void;
  #pieces: readonly Uint8Array[] = [];
  /** How many of them were given back, as long as they come in their order. */
  #givenBack = 0;
  /** Those that are not, once one came out of it. */
  #left: Set<Uint8Array> | undefined;

  constructor(bytes: number, takeBack: (memory: LentMemory) => void) {
    super(bytes);
    this.#takeBack = takeBack;
  }

  lendAs(pieces: readonly Uint8Array[]): void {
    this.#pieces = pieces;
    this.#givenBack = 0;
    this.#left = undefined;
  }

  giveBack(piece: Uint8Array): void {
    if (!this.#isLast(piece)) return;
    this.lendAs([]);
    this.#takeBack(this);
  }

  /** Whether the piece was lent until now, and no other is. */
  #isLast(piece: Uint8Array): boolean {
    if (this.#left === undefined && this.#pieces[this.#givenBack] === piece) {
      this.#givenBack += 1;
      return this.#givenBack === this.#pieces.length;
    }
    if (this.#left === undefined) {
      if (!this.#pieces.includes(piece, this.#givenBack)) return false;
      this.#left = new Set(this.#pieces.slice(this.#givenBack));
    }
    return this.#left.delete(piece) && this.#left.size === 0;
  }
}

/** The memory of `whole`, if it is a pool's, comes back once each of these pieces, all of them of it, was given back. */
export function lendAs({ buffer }: Uint8Array, pieces: readonly Uint8Array[]): void {
  if (buffer instanceof LentMemory) buffer.lendAs(pieces);
}

/** Memory of no pool, at which nobody else looks. */
const freeable = new WeakSet<Uint8Array>();

/**
 * Has memory of no pool freed as soon as it is given back: much of it comes together before the garbage collector looks, which then takes
 * longer than to hash it. Nobody may look at `bytes` elsewhere; they are left alone where they are not all of their memory.
 */
export function freeWhenGivenBack(bytes: Uint8Array): void {
  if (bytes.byteLength === bytes.buffer.byteLength) freeable.add(bytes);
}

/** Whether its memory is lent by a pool. */
export function isLent({ buffer }: Uint8Array): boolean {
  return buffer instanceof LentMemory;
}

/** Gives memory back, at which nobody may look any more. What nobody wants back, or was given back before, is left alone. */
export function giveBack(piece: Uint8Array): void {
  const { buffer } = piece;
  if (buffer instanceof LentMemory) buffer.giveBack(piece);
  // To move no byte of it elsewhere is how memory is freed at once.
  else if (buffer instanceof ArrayBuffer && freeable.delete(piece)) buffer.transfer(0);
}
