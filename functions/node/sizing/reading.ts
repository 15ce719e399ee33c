import { instruments } from "../../../shared/telemetry/instruments.ts";
import { parseSamples, valuesOf } from "./prometheus-text.ts";

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
    instrument: { readonly name: string },
    labels?: Readonly<Record<string, string>>,
  ): number => valuesOf(samples, instrument, labels).reduce((total, value) => total + value, 0);
  const storeOf = (store: "blobs" | "actions"): StoreReading => ({
    usedBytes: sum(instruments.storeUsedBytes, { store }),
    sizeBytes: sum(instruments.storeSizeBytes, { store }),
    retentionSeconds: sum(instruments.storeRetentionSeconds, { store }),
    lookups: sum(instruments.mapLookups, { store }),
    attempts: sum(instruments.mapAttempts, { store }),
    overflows: sum(instruments.mapOverflows, { store }),
  });
  if (valuesOf(samples, instruments.mapLookups).length === 0) return undefined;
  return {
    blobs: storeOf("blobs"),
    actions: storeOf("actions"),
    storedBlobs: sum(instruments.lookups, { store: "cas", verb: "put", result: "miss" }),
    storedBytes: sum(instruments.entryBytes, { store: "cas", verb: "put" }),
    startedSeconds: sum(instruments.startTime),
  };
}
