const FIRST_SLOTS = 16;

/**
 * The open streams of a connection by their ids. Not a `Map`, for the reason that `ChurningSet` names: streams come and go with every
 * request. Slots are probed in order, and what is taken out lets those behind it move up.
 */
export class StreamTable<Stream extends { readonly id: number }> {
  #slots: (Stream | undefined)[] = emptySlots(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Stream | undefined {
    return this.#slots[this.#slotOf(id)];
  }

  /** Adds one whose id is new. */
  add(stream: Stream): void {
    if (2 * (this.#size + 1) > this.#slots.length) this.#grow();
    this.#slots[this.#slotOf(stream.id)] = stream;
    this.#size += 1;
  }

  delete(id: number): void {
    const mask = this.#slots.length - 1;
    let empty = this.#slotOf(id);
    if (this.#slots[empty] === undefined) return;
    this.#slots[empty] = undefined;
    this.#size -= 1;
    for (let slot = (empty + 1) & mask; ; slot = (slot + 1) & mask) {
      const stream = this.#slots[slot];
      if (stream === undefined) return;
      // One moves up unless that would bring it before the slot where its search begins.
      const fromHome = (slot - homeOf(stream.id, mask)) & mask;
      const fromEmpty = (slot - empty) & mask;
      if (fromHome < fromEmpty) continue;
      this.#slots[empty] = stream;
      this.#slots[slot] = undefined;
      empty = slot;
    }
  }

  /** All of them, as they are now. */
  all(): readonly Stream[] {
    return this.#slots.filter((stream) => stream !== undefined);
  }

  /** Where the stream is, or would be. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = homeOf(id, mask);
    for (;;) {
      const stream = this.#slots[slot];
      if (stream === undefined || stream.id === id) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const streams = this.all();
    this.#slots = emptySlots(2 * this.#slots.length);
    for (const stream of streams) this.#slots[this.#slotOf(stream.id)] = stream;
  }
}

function emptySlots(count: number): undefined[] {
  return Array.from({ length: count }, () => undefined);
}

/** Clients have the odd numbers. */
function homeOf(id: number, mask: number): number {
  return (id >>> 1) & mask;
}
