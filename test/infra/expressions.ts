import { allInstruments } from "../../shared/telemetry/instruments.ts";

/** What is asked of Prometheus, read in another way than it was written: by its text. */
const metric = /\b(?:hayloft|process)_\w+/g;
const matchers = /\b(?<name>(?:hayloft|process)_\w+)\{(?<inside>(?:[^"}]|"[^"]*")*)\}/g;
const grouping = /\b(?:by|on) \((?<labels>[^)]*)\)/g;

/** What Prometheus adds. */
const added = ["job", "instance"];

function instrumentOf(
  name: string,
): { readonly name: string; readonly labels: readonly string[] } | undefined {
  const plain = allInstruments.find((each) => each.name === name);
  if (plain !== undefined) return plain.type === "histogram" ? undefined : plain;
  const [, base = "", part = ""] = /^(.*)(_bucket|_sum|_count)$/.exec(name) ?? [];
  const histogram = allInstruments.find((each) => each.name === base && each.type === "histogram");
  if (histogram === undefined) return undefined;
  return part === "_bucket" ? { ...histogram, labels: [...histogram.labels, "le"] } : histogram;
}

/** The instruments of an expression. */
export function metricsIn(expression: string): readonly string[] {
  return namesIn(expression).flatMap((name) => instrumentOf(name)?.name ?? []);
}

/** The labels that are left of its series. */
export function labelsIn(expression: string): ReadonlySet<string> {
  const groups = [...expression.matchAll(grouping)];
  if (groups.length > 0) return new Set(groups.flatMap((match) => listed(match)));
  return new Set([...added, ...namesIn(expression).flatMap(labelsOf)]);
}

/** The names and labels that no instrument has. */
export function unknownIn(expression: string): readonly string[] {
  const names = namesIn(expression);
  const known = new Set([...added, ...names.flatMap(labelsOf)]);
  const asked = [...expression.matchAll(matchers)].flatMap(({ groups }) => {
    const own = new Set([...added, ...labelsOf(groups?.["name"] ?? "")]);
    const labels = [...(groups?.["inside"] ?? "").matchAll(/(?<label>\w+)(?:=~|!~|!=|=)"/g)];
    return labels.map((match) => match.groups?.["label"] ?? "").filter((label) => !own.has(label));
  });
  const grouped = [...expression.matchAll(grouping)]
    .flatMap((match) => listed(match))
    .filter((label) => !known.has(label));
  return [...names.filter((name) => instrumentOf(name) === undefined), ...asked, ...grouped];
}

function namesIn(expression: string): readonly string[] {
  return expression.replaceAll(/"[^"]*"/g, '""').match(metric) ?? [];
}

function labelsOf(name: string): readonly string[] {
  return instrumentOf(name)?.labels ?? [];
}

function listed(match: RegExpMatchArray): readonly string[] {
  return (match.groups?.["labels"] ?? "").split(",").map((label) => label.trim());
}
