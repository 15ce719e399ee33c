/** Large blobs are kept in pieces, so that no allocation is larger than this. */
const SEGMENT_BYTES = 1024 * 1024;

/** Copies a stream of known size into memory of its own: chunks from the network are views of buffers we must not pin. */
export class SegmentWriter {
  readonly #sizeBytes: number;
  readonly #segments: Uint8Array[] = [];
  readonly #reserve: (bytes: number) => void;
  #filled = 0;
  #allocated = 0;

  /** `reserve` is told of every allocation before it is made, and may refuse it by throwing. */
  constructor(sizeBytes: number, reserve: (bytes: number) => void) {
    this.#sizeBytes = sizeBytes;
    this.#reserve = reserve;
  }

  /** Bytes of memory taken so far. */
  get allocatedBytes(): number {
    return this.#allocated;
  }

  write(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const room = this.#allocated - this.#filled;
      if (room === 0) {
        this.#grow();
        continue;
      }
      const part = rest.subarray(0, room);
      const last = this.#segments.at(-1);
      last?.set(part, last.byteLength - room);
      this.#filled += part.byteLength;
      rest = rest.subarray(part.byteLength);
    }
  }

  finish(): readonly Uint8Array[] {
    return this.#segments;
  }

  #grow(): void {
    const bytes = Math.min(SEGMENT_BYTES, this.#sizeBytes - this.#allocated);
    if (bytes <= 0) throw new RangeError(`more than ${this.#sizeBytes} bytes were written`);
    this.#reserve(bytes);
    this.#segments.push(new Uint8Array(bytes));
    this.#allocated += bytes;
  }
}

/** The bytes from `offset` on, `length` of them at most, as views. */
export function* readSegments(
  segments: readonly Uint8Array[],
  offset: number,
  length: number,
): Generator<Uint8Array, void, undefined> {
  let left = length;
  let index = Math.floor(offset / SEGMENT_BYTES);
  let start = offset % SEGMENT_BYTES;
  for (; left > 0 && index < segments.length; index++, start = 0) {
    const part = segments[index]?.subarray(start, start + left) ?? new Uint8Array();
    left -= part.byteLength;
    yield part;
  }
}
