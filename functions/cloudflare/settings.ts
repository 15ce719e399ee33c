import { limits } from "../../shared/limits.ts";

/** What a deployment can set: variables of wrangler.toml, and secrets. */
export interface Settings {
  /** What every request has to show; left out, nobody comes in unless the cache is open. */
  readonly token: string | undefined;
  /** Whether everybody may come in, as on a developer's own machine. */
  readonly isOpen: boolean;
  readonly maxUploadBytes: number;
  /** Whether the zone turns native gRPC into gRPC-Web on the way in, and back on the way out. */
  readonly edgeGrpc: boolean;
  readonly sweepRows: number;
  readonly quotaBytes: number | undefined;
  /** Whether look-ups ask the nearest replica of the database first: D1BlobIndexOptions says when that pays. */
  readonly readsReplicas: boolean;
}

/** Variables as Workers have them: those that stand as numbers in wrangler.toml come as numbers. */
export type Variables = Readonly<
  Partial<
    Record<
      | "HAYLOFT_TOKEN"
      | "HAYLOFT_OPEN"
      | "HAYLOFT_MAX_UPLOAD_BYTES"
      | "HAYLOFT_EDGE_GRPC"
      | "HAYLOFT_SWEEP_ROWS"
      | "HAYLOFT_QUOTA_BYTES"
      | "HAYLOFT_READ_REPLICAS",
      string | number
    >
  >
>;

/** Throws an error that names the variable and the remedy. */
export function readSettings(variables: Variables): Settings {
  const text = (name: keyof Variables): string => String(variables[name] ?? "").trim();
  const isSet = (name: keyof Variables): boolean => {
    const value = text(name);
    if (value === "" || value === "0" || value === "1") return value === "1";
    throw new Error(`${name} is ${JSON.stringify(value)}; set it to 1, or leave it out`);
  };
  const count = (name: keyof Variables): number | undefined => {
    const value = text(name);
    if (value === "") return undefined;
    if (/^[1-9][0-9]{0,14}$/.test(value)) return Number(value);
    throw new Error(`${name} is ${JSON.stringify(value)}; set it to a whole number above 0`);
  };
  return {
    token: text("HAYLOFT_TOKEN") || undefined,
    isOpen: isSet("HAYLOFT_OPEN"),
    maxUploadBytes: count("HAYLOFT_MAX_UPLOAD_BYTES") ?? limits.workerUploadBytes,
    edgeGrpc: isSet("HAYLOFT_EDGE_GRPC"),
    sweepRows: count("HAYLOFT_SWEEP_ROWS") ?? limits.sweepRows,
    quotaBytes: count("HAYLOFT_QUOTA_BYTES"),
    readsReplicas: isSet("HAYLOFT_READ_REPLICAS"),
  };
}
