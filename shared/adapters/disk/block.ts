import type { Location } from "./location.ts";

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Room in a block that an entry will be written to. Ends in `commit` or `giveBack` of its block. */
export interface Reservation extends Location {
  readonly region: number;
  /** Whether it shares no sector with others. */
  readonly aligned: boolean;
}

/** One block: a region of the device from when it is begun until the block is given up. */
export class Block {
  readonly number: number;
  /** Which of the device's equal parts it is. */
  readonly region: number;
  readonly begunMs: number;
  readonly #sizeBytes: number;
  readonly #sectorBytes: number;
  /** Everything from here on is free. */
  #end: number;
  /** Given back in front of the end: whole sectors, from the front, none next to another. */
  #holes: Range[] = [];
  /** Entries that are being written to it, or copied from it. */
  #busy = 0;
  leaseEndsMs = 0;
  /** Until when a checkpoint has the block leased. */
  recordedLeaseEndsMs = 0;

  constructor(
    options: { number: number; region: number; begunMs: number; end: number },
    { blockBytes, sectorBytes }: { blockBytes: number; sectorBytes: number },
  ) {
    this.number = options.number;
    this.region = options.region;
    this.begunMs = options.begunMs;
    this.#end = options.end;
    this.#sizeBytes = blockBytes;
    this.#sectorBytes = sectorBytes;
  }

  get usedBytes(): number {
    return this.#end;
  }

  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** Room for an entry, if there is any. An aligned one shares no sector with others. */
  reserve(length: number, aligned: boolean): Reservation | undefined {
    const offset = aligned ? this.#takeSectors(length) : this.#takeBytes(length);
    if (offset === undefined) return undefined;
    this.#busy += 1;
    return { block: this.number, region: this.region, offset, length, aligned };
  }

  /** The entry is written. */
  commit(): void {
    this.#busy -= 1;
  }

  /** The entry was not written, and its room may serve another. */
  giveBack({ offset, length, aligned }: Reservation): void {
    this.#busy -= 1;
    // Other room is not used again: a checkpoint may already hold what shares a sector with it.
    if (!aligned) return;
    const holes: Range[] = [];
    const given = { offset, length: this.#align(length) };
    for (const hole of [...this.#holes, given].toSorted(
      (one, other) => one.offset - other.offset,
    )) {
      const last = holes.at(-1);
      if (last === undefined || last.offset + last.length < hole.offset) holes.push(hole);
      else holes[holes.length - 1] = { offset: last.offset, length: last.length + hole.length };
    }
    const last = holes.at(-1);
    if (last !== undefined && last.offset + last.length === this.#end) {
      this.#end = last.offset;
      holes.pop();
    }
    this.#holes = holes;
  }

  /** Keeps the block from being given up while something is copied from it. */
  hold(): () => void {
    this.#busy += 1;
    return () => {
      this.#busy -= 1;
    };
  }

  /** What is written from now on shares no sector with what was before. */
  seal(): void {
    this.#end = this.#align(this.#end);
  }

  extendLease(endsMs: number): void {
    this.leaseEndsMs = Math.max(this.leaseEndsMs, endsMs);
  }

  #align(bytes: number): number {
    return Math.ceil(bytes / this.#sectorBytes) * this.#sectorBytes;
  }

  #takeSectors(length: number): number | undefined {
    const size = this.#align(length);
    const index = this.#holes.findIndex((range) => range.length >= size);
    const hole = this.#holes[index];
    if (hole === undefined) return this.#takeEnd(this.#align(this.#end), size);
    const rest = { offset: hole.offset + size, length: hole.length - size };
    this.#holes.splice(index, 1, ...(rest.length > 0 ? [rest] : []));
    return hole.offset;
  }

  /** Always behind what was taken before, and never nothing: no two entries have one place. */
  #takeBytes(length: number): number | undefined {
    return this.#takeEnd(this.#end, Math.max(1, length));
  }

  #takeEnd(offset: number, size: number): number | undefined {
    if (offset + size > this.#sizeBytes) return undefined;
    this.#end = offset + size;
    return offset;
  }
}
