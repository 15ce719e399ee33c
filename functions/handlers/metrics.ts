import { everyInstance } from "../../shared/digest/instance-glob.ts";
import type { Principal } from "../../shared/stores/call.ts";
import { openLabels } from "../../shared/telemetry/open-labels.ts";
import { sumMetrics } from "../../shared/telemetry/sum-metrics.ts";
import { boundsOf } from "../../shared/telemetry/instrument.ts";
import { instrumentNamed } from "../../shared/telemetry/instruments.ts";
import type { Metric, ReadMetrics, Spread } from "../../shared/telemetry/metric.ts";
import { answer, textAnswer } from "./http-answer.ts";
import type { HttpAnswer } from "./http-exchange.ts";

/**
 * `GET /metrics`, in the text format that Prometheus reads. A function lives too briefly to have any. Who may not read every instance gets
 * the sums over all of them: names of instances and of others that use them are not for everybody.
 */
export async function metricsAnswer(
  metrics: ReadMetrics | undefined,
  principal: Principal,
): Promise<HttpAnswer> {
  if (metrics === undefined) {
    return textAnswer(404, "a function keeps no metrics; its platform has them, see the README");
  }
  const all = await metrics();
  const readable = principal.hasThroughout("ac-read", everyInstance) ? all : withoutNames(all);
  const body = new TextEncoder().encode(formatMetrics(readable));
  return answer(200, body, "text/plain; version=0.0.4; charset=utf-8");
}

function withoutNames(metrics: readonly Metric[]): readonly Metric[] {
  return sumMetrics(
    metrics.map((metric) => {
      const named = Object.entries(metric.labels);
      const labels = Object.fromEntries(
        named.map(([label, value]) => [label, openLabels.has(label) ? "" : value]),
      );
      return { ...metric, labels };
    }),
  );
}

function formatMetrics(metrics: readonly Metric[]): string {
  const byName = Map.groupBy(metrics, ({ name }) => name);
  return [...byName].map(([name, samples]) => formatGroup(name, samples)).join("");
}

function formatGroup(name: string, samples: readonly Metric[]): string {
  const { help, type } = instrumentNamed(name);
  const lines = samples.map((sample) => formatSample(sample));
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function formatSample({ name, labels, value }: Metric): string {
  if (typeof value === "number") return line(name, labels, value);
  return formatSpread(name, labels, value);
}

/** Each bucket counts those below it, too. */
function formatSpread(name: string, labels: Metric["labels"], { counts, sum }: Spread): string {
  const bounds = boundsOf(instrumentNamed(name));
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return line(`${name}_bucket`, { ...labels, le: String(bounds[index] ?? "+Inf") }, below);
  });
  return `${buckets.join("")}${line(`${name}_sum`, labels, sum)}${line(`${name}_count`, labels, below)}`;
}

function line(name: string, labels: Metric["labels"], value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\"\n]/g, (each) => (each === "\n" ? "\\n" : `\\${each}`));
}
