import { expect } from "vitest";

/** One line of what Prometheus reads. */
interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A page of Prometheus' text format, as it was read. */
export interface PrometheusPage {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly PrometheusSample[];
  /** The sum of the samples that have these labels at least. */
  readonly sum: (name: string, labels?: Readonly<Record<string, string>>) => number;
}

/** What the format admits, and no more: each family once, with its help and its type before its samples. */
export function parsePrometheus(text: string): PrometheusPage {
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const samples: PrometheusSample[] = [];
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) {
    const comment = /^# (?<kind>HELP|TYPE) (?<name>[a-z][a-z0-9_]*) (?<rest>\S.*)$/.exec(line);
    const { kind, name = "", rest = "" } = comment?.groups ?? {};
    if (kind === "HELP") {
      expect([...helps]).not.toContain(name);
      helps.add(name);
    } else if (kind === "TYPE") {
      expect([...helps]).toContain(name);
      types.set(name, rest);
    } else {
      const sample = parseSample(line);
      expect({ line, family: [...types.keys()].at(-1) }).toEqual({
        line,
        family: familyOf(sample.name, types),
      });
      samples.push(sample);
    }
  }
  expectCumulative(types, samples);
  return {
    types,
    samples,
    sum: (name, labels = {}) =>
      samples
        .filter((sample) => sample.name === name && hasLabels(sample, labels))
        .reduce((sum, { value }) => sum + value, 0),
  };
}

function parseSample(line: string): PrometheusSample {
  const match =
    /^(?<name>[a-z][a-z0-9_]*)(?:\{(?<labels>(?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)*)\})? (?<value>\S+)$/.exec(
      line,
    );
  const { name, labels = "", value = "" } = match?.groups ?? {};
  if (name === undefined) throw new Error(`not a line of Prometheus: ${line}`);
  const byLabel: Record<string, string> = {};
  for (const { groups } of labels.matchAll(/(?<label>[a-z_]+)="(?<text>(?:[^"\\]|\\.)*)"/g)) {
    byLabel[groups?.["label"] ?? ""] = unescaped(groups?.["text"] ?? "");
  }
  return {
    name,
    labels: byLabel,
    value: value === "+Inf" ? Infinity : Number(value),
  };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?<what>.)/g, (_, what: string) => (what === "n" ? "\n" : what));
}

/** The lines of a histogram end in what they are. */
export function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const family = name.replace(/_(?:bucket|sum|count)$/, "");
  return types.get(family) === "histogram" ? family : name;
}

function hasLabels(
  { labels }: PrometheusSample,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([label, value]) => labels[label] === value);
}

/** Each bucket holds those below it, and the last one as many as there are. */
function expectCumulative(
  types: ReadonlyMap<string, string>,
  samples: readonly PrometheusSample[],
): void {
  for (const [family, type] of types) {
    if (type !== "histogram") continue;
    let last: PrometheusSample | undefined;
    for (const sample of samples) {
      if (sample.name === `${family}_bucket`) {
        const isNext = last !== undefined && last.labels["le"] !== "+Inf";
        if (isNext) expect(sample.value).toBeGreaterThanOrEqual(last?.value ?? 0);
        last = sample;
      } else if (sample.name === `${family}_count`) {
        expect(last?.labels["le"]).toBe("+Inf");
        expect(sample.value).toBe(last?.value);
      }
    }
  }
}
