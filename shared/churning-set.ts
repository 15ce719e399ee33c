/** Where a value stands in a `ChurningSet`. */
interface Place<T> {
  readonly value: T;
  index: number;
}

/**
 * A set for what comes and goes with every request. V8's own makes a new table each few dozen changes, and each old one refers to the next:
 * once one of them is old enough not to be looked at, all that follow are kept with whatever was in them, until the next full collection
 * (ten times the time in the collector was measured here). This one has a single table.
 */
export class ChurningSet<T> implements Iterable<T> {
  readonly #places: Place<T>[] = [];

  get size(): number {
    return this.#places.length;
  }

  /** Returns what takes the value out again, at the first call. */
  add(value: T): () => void {
    const place: Place<T> = { value, index: this.#places.length };
    this.#places.push(place);
    return () => this.#remove(place);
  }

  /** Those that are in it now; what is taken out meanwhile may come all the same. */
  [Symbol.iterator](): Iterator<T> {
    return this.#places.map(({ value }) => value)[Symbol.iterator]();
  }

  #remove(place: Place<T>): void {
    if (this.#places[place.index] !== place) return;
    const last = this.#places.pop();
    if (last === undefined || last === place) return;
    last.index = place.index;
    this.#places[place.index] = last;
  }
}
