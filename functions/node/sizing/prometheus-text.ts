/** One value of a text in Prometheus' format. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** All values of a text; what is no value is passed over. */
export function parseSamples(text: string): readonly Sample[] {
  const line = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/gm;
  return [...text.matchAll(line)].map(({ groups }) => ({
    name: groups?.["name"] ?? "",
    labels: parseLabels(groups?.["labels"] ?? ""),
    value: Number(groups?.["value"]),
  }));
}

function parseLabels(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/(?<label>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g);
  return new Map(
    [...pairs].map(({ groups }) => [groups?.["label"] ?? "", groups?.["value"] ?? ""]),
  );
}

/** The values of an instrument, of those that have these labels at least. */
export function valuesOf(
  samples: readonly Sample[],
  { name }: { readonly name: string },
  labels: Readonly<Record<string, string>> = {},
): readonly number[] {
  const wanted = Object.entries(labels);
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => wanted.every(([label, value]) => sample.labels.get(label) === value))
    .map(({ value }) => value);
}
