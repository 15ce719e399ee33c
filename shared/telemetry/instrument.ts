/** A deployment: Node with one of its stores, or a function. */
export type Emitter = "disk" | "memory" | "s3+dynamodb" | "cloudflare" | "lambda";

/** Those that an instrument is for. */
export type EmitterGroup = "everywhere" | "node" | "local" | "disk" | "indexed";

export const emitters: Readonly<Record<EmitterGroup, readonly Emitter[]>> = {
  everywhere: ["disk", "memory", "s3+dynamodb", "cloudflare", "lambda"],
  node: ["disk", "memory", "s3+dynamodb"],
  local: ["disk", "memory"],
  disk: ["disk"],
  indexed: ["s3+dynamodb", "cloudflare", "lambda"],
};

export type Scale = "seconds" | "sweepSeconds" | "digests" | "ratio";

/** Upper bounds of a histogram's buckets, ascending; one above all of them is understood. */
export const scales: Readonly<Record<Scale, readonly number[]>> = {
  /** From an answer out of memory to the transfer of something large. */
  seconds: [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120,
  ],
  sweepSeconds: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900],
  digests: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
  ratio: [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1],
};

interface Described<Label extends string> {
  /** In snake case, with its unit, and `_total` where it only grows: as Prometheus has it. */
  readonly name: string;
  /** One sentence, for `/metrics` and for the README. */
  readonly help: string;
  readonly labels: readonly Label[];
  readonly emitters: EmitterGroup;
}

/** What only grows. */
export interface Counter<Label extends string = string> extends Described<Label> {
  readonly type: "counter";
}

/** What is asked for when somebody looks. */
export interface Gauge<Label extends string = string> extends Described<Label> {
  readonly type: "gauge";
}

/** How values spread. */
export interface Histogram<Label extends string = string> extends Described<Label> {
  readonly type: "histogram";
  readonly scale: Scale;
}

export type Instrument<Label extends string = string> =
  | Counter<Label>
  | Gauge<Label>
  | Histogram<Label>;

/** The bounds of its buckets; none of what is no histogram. */
export function boundsOf(instrument: Instrument): readonly number[] {
  return instrument.type === "histogram" ? scales[instrument.scale] : [];
}
