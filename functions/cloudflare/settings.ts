import { parseAtRest } from "../../shared/compression/at-rest.ts";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { defaultFunctions, parseFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";
import type { LogLevel } from "../../shared/telemetry/log.ts";
import { readLogLevel } from "../telemetry/function-log.ts";
import { policyIn } from "../access/parse-policy.ts";
import type { Policy } from "../access/policy.ts";
import { simplePolicy } from "../access/simple-policy.ts";
import { tokenHash } from "../access/token-hashes.ts";

/** What a deployment can set: variables of wrangler.toml, and secrets. */
export interface Settings {
  /** Whom it lets in. */
  readonly policy: Policy;
  readonly digestFunctions: readonly DigestFunction[];
  readonly maxUploadBytes: number;
  /** Whether the zone turns native gRPC into gRPC-Web on the way in, and back on the way out. */
  readonly edgeGrpc: boolean;
  readonly sweepRows: number;
  readonly quotaBytes: number | undefined;
  /** Whether look-ups ask the nearest replica of the database first: D1BlobIndexOptions says when that pays. */
  readonly readsReplicas: boolean;
  /** Whether new objects are compressed where that pays. */
  readonly compressAtRest: boolean;
  /** What its log tells, where that was said. */
  readonly logLevel: LogLevel | undefined;
}

/** Variables as Workers have them: those that stand as numbers in wrangler.toml come as numbers. */
export type Variables = Readonly<
  Partial<
    Record<
      | "HAYLOFT_TOKEN"
      | "HAYLOFT_READ_TOKEN"
      | "HAYLOFT_ACCESS"
      | "HAYLOFT_OPEN"
      | "HAYLOFT_DIGEST_FUNCTIONS"
      | "HAYLOFT_MAX_UPLOAD_BYTES"
      | "HAYLOFT_EDGE_GRPC"
      | "HAYLOFT_SWEEP_ROWS"
      | "HAYLOFT_QUOTA_BYTES"
      | "HAYLOFT_READ_REPLICAS"
      | "HAYLOFT_COMPRESS_AT_REST"
      | "HAYLOFT_LOG_LEVEL",
      string | number
    >
  >
>;

/** Throws an error that names the variable and the remedy. */
export function readSettings(variables: Variables): Settings {
  const text = (name: keyof Variables): string => String(variables[name] ?? "").trim();
  const hashes = (name: keyof Variables): readonly Uint8Array[] =>
    text(name) === "" ? [] : [tokenHash(text(name))];
  const isSet = (name: keyof Variables): boolean => {
    const value = text(name);
    if (value === "" || value === "0" || value === "1") return value === "1";
    throw new Error(`${name} is ${JSON.stringify(value)}; set it to 1, or leave it out`);
  };
  const functions = (name: keyof Variables): readonly DigestFunction[] => {
    const value = text(name);
    if (value === "") return defaultFunctions;
    return parseFunctions(
      value,
      (remedy) => new Error(`${name} is ${JSON.stringify(value)}: ${remedy}`),
    );
  };
  const isAtRest = (name: keyof Variables): boolean => {
    const value = text(name) || "none";
    return parseAtRest(
      value,
      (remedy) => new Error(`${name} is ${JSON.stringify(value)}: ${remedy}`),
    );
  };
  const count = (name: keyof Variables): number | undefined => {
    const value = text(name);
    if (value === "") return undefined;
    if (/^[1-9][0-9]{0,14}$/.test(value)) return Number(value);
    throw new Error(`${name} is ${JSON.stringify(value)}; set it to a whole number above 0`);
  };
  return {
    policy: simplePolicy(
      {
        tokenHashes: hashes("HAYLOFT_TOKEN"),
        readTokenHashes: hashes("HAYLOFT_READ_TOKEN"),
        isOpen: isSet("HAYLOFT_OPEN"),
      },
      policyIn("HAYLOFT_ACCESS", text("HAYLOFT_ACCESS")),
    ),
    digestFunctions: functions("HAYLOFT_DIGEST_FUNCTIONS"),
    maxUploadBytes: count("HAYLOFT_MAX_UPLOAD_BYTES") ?? limits.workerUploadBytes,
    edgeGrpc: isSet("HAYLOFT_EDGE_GRPC"),
    sweepRows: count("HAYLOFT_SWEEP_ROWS") ?? limits.sweepRows,
    quotaBytes: count("HAYLOFT_QUOTA_BYTES"),
    readsReplicas: isSet("HAYLOFT_READ_REPLICAS"),
    compressAtRest: isAtRest("HAYLOFT_COMPRESS_AT_REST"),
    logLevel: readLogLevel(text("HAYLOFT_LOG_LEVEL")),
  };
}
