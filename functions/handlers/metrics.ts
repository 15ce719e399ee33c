import type { Metric, ReadMetrics } from "../../shared/metric.ts";
import { answer, textAnswer } from "./http-answer.ts";
import type { HttpAnswer } from "./http-exchange.ts";

/** `GET /metrics`, in the text format that Prometheus reads. A function lives too briefly to have any. */
export async function metricsAnswer(metrics: ReadMetrics | undefined): Promise<HttpAnswer> {
  if (metrics === undefined) {
    return textAnswer(404, "a function keeps no metrics; its platform counts requests and errors");
  }
  const body = new TextEncoder().encode(formatMetrics(await metrics()));
  return answer(200, body, "text/plain; version=0.0.4; charset=utf-8");
}

function formatMetrics(metrics: readonly Metric[]): string {
  const byName = Map.groupBy(metrics, ({ name }) => name);
  return [...byName].map(([name, samples]) => formatGroup(name, samples)).join("");
}

function formatGroup(name: string, samples: readonly Metric[]): string {
  const [first] = samples;
  const head = `# HELP ${name} ${first?.help}\n# TYPE ${name} ${first?.type}\n`;
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `${name}{${pairs.join(",")}} ${value}\n`;
  });
  return head + lines.join("");
}
