import { type Instrument, boundsOf } from "../../shared/telemetry/instrument.ts";
import { instrumentNamed } from "../../shared/telemetry/instruments.ts";
import type { Metric, Spread } from "../../shared/telemetry/metric.ts";

const NAMESPACE = "Hayloft";

/** Each combination of dimensions is a metric that CloudWatch bills. What is left out of them is still on the line, for queries of the log. */
const dimensions: ReadonlySet<string> = new Set([
  "rpc",
  "error",
  "store",
  "verb",
  "result",
  "row",
  "kind",
  "service",
  "operation",
]);

/** How a request or a sweep ended is one for what is counted, and not for each of its histograms. */
const COUNTED_ONLY = "code";

/** Values that one line may have of a metric. */
const VALUES_PER_LINE = 100;

/** Metrics as lines of the log from which CloudWatch takes them: its embedded metric format. */
export function metricLines(
  metrics: readonly Metric[],
  { nowMs, functionName }: { readonly nowMs: number; readonly functionName: string },
): readonly string[] {
  return metrics.flatMap(({ name, labels, value }) => {
    const instrument = instrumentNamed(name);
    const metadata = {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [["function", ...instrument.labels.filter(isDimension(instrument))]],
          Metrics: [{ Name: name, Unit: unitOf(name) }],
        },
      ],
    };
    const values = typeof value === "number" ? [value] : inLines(valuesOf(instrument, value));
    return values.map((each) =>
      JSON.stringify({ _aws: metadata, function: functionName, ...labels, [name]: each }),
    );
  });
}

function isDimension({ type }: Instrument): (label: string) => boolean {
  return (label) => dimensions.has(label) || (label === COUNTED_ONLY && type === "counter");
}

/** As if each value were as large as its bucket admits; those above all bounds as the last of them. */
function valuesOf(instrument: Instrument, { counts }: Spread): readonly number[] {
  const bounds = boundsOf(instrument);
  return counts.flatMap((count, bucket) => {
    const bound = bounds[bucket] ?? bounds.at(-1) ?? 0;
    return Array.from({ length: count }, () => bound);
  });
}

function inLines(values: readonly number[]): readonly (readonly number[])[] {
  const count = Math.ceil(values.length / VALUES_PER_LINE);
  return Array.from({ length: count }, (_, line) =>
    values.slice(line * VALUES_PER_LINE, (line + 1) * VALUES_PER_LINE),
  );
}

function unitOf(name: string): string {
  if (name.endsWith("_seconds")) return "Seconds";
  if (name.endsWith("_bytes_total")) return "Bytes";
  return name.endsWith("_ratio") ? "None" : "Count";
}
