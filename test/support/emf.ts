/** A line of CloudWatch's embedded metric format, as far as it is ours. */
export interface EmfLine {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: readonly string[];
  /** All else on the line, but for the metric itself and what the function is called. */
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const units = /^(Seconds|Bytes|Count|None)$/;

type Members = Readonly<Record<string, unknown>>;

/** Reads a line as the format's specification wants it, and throws where it is otherwise. */
export function parseEmf(line: string): EmfLine {
  const check = (isRight: boolean, what: string): void => {
    if (!isRight) throw new Error(`${what} is wrong in ${line}`);
  };
  const isText = (value: unknown, most: number): value is string =>
    typeof value === "string" && value.length > 0 && value.length <= most;
  // A log event has 256 KB at most.
  check(line.length <= 256 * 1024, "length");
  const { _aws: metadata, ...root } = JSON.parse(line) as Members & { readonly _aws: Members };
  check(Number.isInteger(metadata["Timestamp"]), "Timestamp");
  const directives = metadata["CloudWatchMetrics"] as readonly Members[];
  check(directives.length === 1, "CloudWatchMetrics");
  const { Namespace, Dimensions, Metrics } = directives[0] ?? {};
  check(isText(Namespace, 255), "Namespace");
  const [dimensions = [], ...moreSets] = Dimensions as readonly (readonly string[])[];
  check(moreSets.length === 0 && dimensions.length <= 30, "Dimensions");
  for (const each of dimensions) check(isText(each, 250) && isText(root[each], 1024), each);
  const [metric, ...moreMetrics] = Metrics as readonly { readonly Name: string; Unit: string }[];
  if (metric === undefined) throw new Error(`no metric in ${line}`);
  check(moreMetrics.length === 0 && isText(metric.Name, 255), "Metrics");
  check(units.test(metric.Unit), "Unit");
  const { [metric.Name]: target, function: _, ...labels } = root;
  const values = [target].flat() as readonly number[];
  check(values.length > 0 && values.length <= 100, metric.Name);
  check(values.every(Number.isFinite), metric.Name);
  return {
    name: metric.Name,
    unit: metric.Unit,
    dimensions,
    labels: labels as EmfLine["labels"],
    values,
  };
}
