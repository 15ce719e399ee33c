import { boundsOf, type Counter, type Histogram } from "./instrument.ts";
import type { Metric } from "./metric.ts";
import { CounterSeries, HistogramSeries } from "./series.ts";
import { SeriesFamily } from "./series-family.ts";

/** Counts and spreads for as long as it lives. */
export class Meter {
  readonly #counters = new Map<Counter, SeriesFamily<CounterSeries>>();
  readonly #histograms = new Map<Histogram, SeriesFamily<HistogramSeries>>();

  /** The count of these labels, in the order of the instrument's; it lasts as long as the meter. */
  counter(instrument: Counter, ...labels: readonly string[]): CounterSeries {
    let family = this.#counters.get(instrument);
    if (family === undefined) {
      family = new SeriesFamily(instrument, () => new CounterSeries());
      this.#counters.set(instrument, family);
    }
    return family.of(labels);
  }

  /** The same of values. */
  histogram(instrument: Histogram, ...labels: readonly string[]): HistogramSeries {
    let family = this.#histograms.get(instrument);
    if (family === undefined) {
      family = new SeriesFamily(instrument, () => new HistogramSeries(boundsOf(instrument)));
      this.#histograms.set(instrument, family);
    }
    return family.of(labels);
  }

  /** Everything that was counted since the beginning, or since it was last taken. */
  read(): readonly Metric[] {
    return [...this.#all()].map(({ metric }) => metric);
  }

  /** The same, and begins to count anew: for platforms that add up what they are told. */
  take(): readonly Metric[] {
    const counted = [...this.#all()].filter(({ of }) => !of.isEmpty);
    for (const { of } of counted) of.clear();
    return counted.map(({ metric }) => metric);
  }

  *#all(): Generator<{ readonly metric: Metric; readonly of: CounterSeries | HistogramSeries }> {
    for (const families of [this.#counters, this.#histograms]) {
      for (const [{ name }, family] of families) {
        for (const { labels, of } of family.entries()) {
          yield { metric: { name, labels, value: of.value }, of };
        }
      }
    }
  }
}
