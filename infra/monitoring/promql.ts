import type { Counter, Histogram, Instrument } from "../../shared/telemetry/instrument.ts";

/** What a label's value has to be: this text, or one that a pattern fits, or one that it does not. */
type Match = string | { readonly like: string } | { readonly unlike: string };

export type Matches<Label extends string> = { readonly [Name in Label]?: Match };

/** How ends of a histogram's name tell what of it is meant. */
export type Part = "_bucket" | "_count" | "_sum";

/** Makes expressions over instruments, whose names and labels the compiler knows. */
export class Queries {
  readonly #scope: string;
  readonly #range: string;

  /** `scope` is what all of them match, as `job=~"$job"`, and `range` the time over which rates are taken. */
  constructor({ scope, range }: { readonly scope: string; readonly range: string }) {
    this.#scope = scope;
    this.#range = range;
  }

  /** All series of an instrument, or of a part of a histogram. */
  series<Label extends string>(
    { name }: Instrument<Label>,
    where?: Matches<NoInfer<Label>>,
    part: Part | "" = "",
  ): string {
    const matches = Object.entries<Match | undefined>(where ?? {}).flatMap(([label, match]) =>
      match === undefined ? [] : [`${label}${matcher(match)}`],
    );
    const all = [...(this.#scope === "" ? [] : [this.#scope]), ...matches];
    return `${name}${part}${all.length === 0 ? "" : `{${all.join(",")}}`}`;
  }

  /** How much a counter grows in a second, for each set of the labels that are left. */
  rate<Label extends string>(
    instrument: Counter<Label>,
    by: readonly NoInfer<Label>[] = [],
    where?: Matches<NoInfer<Label>>,
  ): string {
    return sum(by, `rate(${this.series(instrument, where)}[${this.#range}])`);
  }

  /** The value below which this part of all values lies. */
  quantile<Label extends string>(
    part: number,
    histogram: Histogram<Label>,
    by: readonly NoInfer<Label>[] = [],
    where?: Matches<NoInfer<Label>>,
  ): string {
    const buckets = `rate(${this.series(histogram, where, "_bucket")}[${this.#range}])`;
    return `histogram_quantile(${part}, ${sum(["le", ...by], buckets)})`;
  }

  /** What part of a counter is so. */
  share<Label extends string>(
    counter: Counter<Label>,
    so: Matches<NoInfer<Label>>,
    by: readonly NoInfer<Label>[] = [],
    where?: Matches<NoInfer<Label>>,
  ): string {
    const all = this.rate(counter, by, where);
    // None that is so is 0, and not nothing to show.
    return `(${this.rate(counter, by, { ...where, ...so })} or 0 * ${all}) / ${all}`;
  }
}

/** `by` are labels as they are stored. */
export function sum(by: readonly string[], expression: string): string {
  return by.length === 0 ? `sum(${expression})` : `sum by (${by.join(", ")}) (${expression})`;
}

function matcher(match: Match): string {
  if (typeof match === "string") return `=${JSON.stringify(match)}`;
  if ("like" in match) return `=~${JSON.stringify(match.like)}`;
  return `!~${JSON.stringify(match.unlike)}`;
}
