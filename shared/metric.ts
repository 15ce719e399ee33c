/** What is to be watched now; it may have to be asked for elsewhere. */
export type ReadMetrics = () => readonly Metric[] | Promise<readonly Metric[]>;

/** One number that an operator watches, as Prometheus names such things. */
export interface Metric {
  /** In snake case, with its unit, and `_total` where it only grows. */
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
