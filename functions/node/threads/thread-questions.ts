import type { Metric } from "../../../shared/telemetry/metric.ts";
import {
  mergeRows,
  type StatisticsQuery,
  type StatisticsRow,
} from "../../../shared/telemetry/statistics/statistics-row.ts";
import { sumMetrics } from "../../../shared/telemetry/sum-metrics.ts";

/** What a thread that serves may be asked, or all of them together. */
export type Question =
  | { readonly about: "metrics" }
  | { readonly about: "statistics"; readonly query: StatisticsQuery };

/** What there is to tell; empty of what was not asked for. */
export interface Told {
  readonly metrics: readonly Metric[];
  readonly statistics: readonly StatisticsRow[];
}

export const nothingTold: Told = { metrics: [], statistics: [] };

/** Asks all threads that serve, where the one that asks has this to tell itself. */
export type AskAll = (question: Question, own: (question: Question) => Told) => Promise<Told>;

/** What those have to tell that know nothing but metrics. */
export function metricsTold(question: Question, metrics: () => readonly Metric[]): Told {
  return question.about === "metrics" ? { ...nothingTold, metrics: metrics() } : nothingTold;
}

/** What several have told, as one. */
export function toldTogether(all: readonly Told[]): Told {
  return {
    metrics: sumMetrics(all.flatMap(({ metrics }) => metrics)),
    statistics: mergeRows(all.flatMap(({ statistics }) => statistics)),
  };
}
