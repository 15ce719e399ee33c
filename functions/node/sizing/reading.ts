import { instruments } from "../../../shared/telemetry/instruments.ts";

/** What one of the two disk stores tells of itself. */
export interface StoreReading {
  readonly usedBytes: number;
  readonly sizeBytes: number;
  /** 0 until the store has been full once. */
  readonly retentionSeconds: number;
  readonly lookups: number;
  readonly attempts: number;
  readonly overflows: number;
}

/** What a server's `/metrics` says that its size follows from. */
export interface Reading {
  readonly blobs: StoreReading;
  readonly actions: StoreReading;
  /** Blobs that were stored since the process began, and their bytes. */
  readonly storedBlobs: number;
  readonly storedBytes: number;
  readonly startedSeconds: number;
}

/** What builds wrote in a time. */
export interface Watched {
  readonly storedBytes: number;
  readonly seconds: number;
}

/** `undefined` where the server has no disk store. */
export function parseReading(text: string): Reading | undefined {
  const samples = parseSamples(text);
  const sum = (
    { name }: { readonly name: string },
    labels: Readonly<Record<string, string>> = {},
  ) => sumOf(samples, name, labels);
  const storeOf = (store: "blobs" | "actions"): StoreReading => ({
    usedBytes: sum(instruments.storeUsedBytes, { store }),
    sizeBytes: sum(instruments.storeSizeBytes, { store }),
    retentionSeconds: sum(instruments.storeRetentionSeconds, { store }),
    lookups: sum(instruments.mapLookups, { store }),
    attempts: sum(instruments.mapAttempts, { store }),
    overflows: sum(instruments.mapOverflows, { store }),
  });
  const { name: disk } = instruments.mapLookups;
  if (!samples.some(({ name }) => name === disk)) return undefined;
  return {
    blobs: storeOf("blobs"),
    actions: storeOf("actions"),
    storedBlobs: sum(instruments.lookups, { store: "cas", verb: "put", result: "miss" }),
    storedBytes: sum(instruments.entryBytes, { store: "cas", verb: "put" }),
    startedSeconds: sum(instruments.startTime),
  };
}

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  const wanted = Object.entries(labels);
  return samples
    .filter(
      (sample) =>
        sample.name === name &&
        wanted.every(([label, value]) => sample.labels.get(label) === value),
    )
    .reduce((total, { value }) => total + value, 0);
}

/** The text format of Prometheus. */
function parseSamples(text: string): readonly Sample[] {
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
