import { Queries } from "./promql.ts";

/** Units as Grafana calls them. */
type Unit = "reqps" | "ops" | "s" | "bytes" | "Bps" | "percentunit" | "short" | "none";

interface Query {
  readonly expression: string;
  /** What a line is called: `{{rpc}}` stands for its label. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it tells, and when to act. */
  readonly help: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What every query of the dashboard is about: the servers that whoever looks at it has chosen. */
export const q: Queries = new Queries({ scope: 'job=~"$job"', range: "$__rate_interval" });

export const line = (legend: string, expression: string): Query => ({ expression, legend });

/** The lines that are largest, where a label has values without end. */
export const top = (count: number, expression: string): string => `topk(${count}, ${expression})`;

/** What stands for a label in the name of a line. */
export const label = (name: string): string => `{{${name}}}`;
