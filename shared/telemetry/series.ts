import type { Metric } from "./metric.ts";

/** A count of one set of labels. Who counts often keeps it, for adding to it costs no look-up. */
export class CounterSeries {
  count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  get value(): Metric["value"] {
    return this.count;
  }

  clear(): void {
    this.count = 0;
  }
}

/** The values of one set of labels. */
export class HistogramSeries {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  get isEmpty(): boolean {
    return this.#counts.every((count) => count === 0);
  }

  get value(): Metric["value"] {
    return { counts: [...this.#counts], sum: this.#sum };
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sum = 0;
  }
}
