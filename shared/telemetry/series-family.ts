import { limits } from "../limits.ts";
import type { Instrument } from "./instrument.ts";
import { openLabels } from "./open-labels.ts";

/** What stands for values beyond those that there is room for. */
const OTHER = "other";

/** Series by the values of their labels, one label after another: to put these together as one key would take several times as long. */
interface Branch<Series> {
  readonly next: Map<string, Branch<Series>>;
  series?: Series;
}

/** What one instrument has counted, by its labels. What clients choose freely takes only so much room: the rest counts as `other`. */
export class SeriesFamily<Series> {
  readonly #instrument: Instrument;
  readonly #make: () => Series;
  readonly #root: Branch<Series> = { next: new Map() };
  readonly #all: { readonly values: readonly string[]; readonly of: Series }[] = [];
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
    let branch: Branch<Series> | undefined = this.#root;
    for (const value of asked) {
      branch = branch.next.get(value);
      if (branch === undefined) return this.#ofBounded(asked);
    }
    return branch.series ?? this.#ofBounded(asked);
  }

  #ofBounded(asked: readonly string[]): Series {
    const values = this.#bounded(asked);
    let branch = this.#root;
    for (const value of values) {
      let next = branch.next.get(value);
      if (next === undefined) branch.next.set(value, (next = { next: new Map() }));
      branch = next;
    }
    if (branch.series !== undefined) return branch.series;
    branch.series = this.#make();
    this.#all.push({ values, of: branch.series });
    return branch.series;
  }

  *entries(): Generator<{
    readonly labels: Readonly<Record<string, string>>;
    readonly of: Series;
  }> {
    for (const { values, of } of this.#all) {
      const labels: Record<string, string> = {};
      for (const [place, label] of this.#instrument.labels.entries()) {
        labels[label] = values[place] ?? "";
      }
      yield { labels, of };
    }
  }

  #bounded(asked: readonly string[]): readonly string[] {
    const isFull = this.#all.length >= limits.seriesPerInstrument;
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
