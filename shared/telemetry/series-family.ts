import { limits } from "../limits.ts";
import type { Instrument } from "./instrument.ts";
import { openLabels } from "./open-labels.ts";

/** What stands for values beyond those that there is room for. */
const OTHER = "other";

/** What one instrument has counted, by its labels. What clients choose freely takes only so much room: the rest counts as `other`. */
export class SeriesFamily<Series> {
  readonly #instrument: Instrument;
  readonly #make: () => Series;
  readonly #series = new Map<string, { readonly values: readonly string[]; readonly of: Series }>();
  /** Values seen so far of each open label, by its place. */
  readonly #seen: ReadonlyMap<number, Set<string>>;

  constructor(instrument: Instrument, make: () => Series) {
    this.#instrument = instrument;
    this.#make = make;
    const places = instrument.labels.flatMap((label, place) =>
      openLabels.has(label) ? [place] : [],
    );
    this.#seen = new Map(places.map((place) => [place, new Set()]));
  }

  /** That of these labels, in the order of the instrument's. */
  of(asked: readonly string[]): Series {
    const known = this.#series.get(keyOf(asked));
    if (known !== undefined) return known.of;
    const values = this.#bounded(asked);
    const key = keyOf(values);
    const there = this.#series.get(key);
    if (there !== undefined) return there.of;
    const series = this.#make();
    this.#series.set(key, { values, of: series });
    return series;
  }

  *entries(): Generator<{
    readonly labels: Readonly<Record<string, string>>;
    readonly of: Series;
  }> {
    for (const { values, of } of this.#series.values()) {
      const labels: Record<string, string> = {};
      for (const [place, label] of this.#instrument.labels.entries()) {
        labels[label] = values[place] ?? "";
      }
      yield { labels, of };
    }
  }

  #bounded(asked: readonly string[]): readonly string[] {
    const isFull = this.#series.size >= limits.seriesPerInstrument;
    return asked.map((value, place) => {
      const seen = this.#seen.get(place);
      if (seen === undefined) return value;
      if (isFull) return OTHER;
      if (!seen.has(value) && seen.size >= limits.labelValues) return OTHER;
      seen.add(value);
      return value;
    });
  }
}

function keyOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? "") : values.join("\n");
}
