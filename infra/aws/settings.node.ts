import { readFileSync } from "node:fs";
import type { Node } from "constructs";
import { gateOf } from "../../functions/access/gate.ts";
import { parsePolicy } from "../../functions/access/parse-policy.ts";
import { systemClock } from "../../shared/clock.ts";
import { parseFunctions } from "../../shared/digest/served-functions.ts";
import { type LogLevel, logLevels, parseLogLevel } from "../../shared/telemetry/log.ts";

/** What a deployment can set: `-c NAME=VALUE`, or the `context` of cdk.json. */
export interface Settings {
  /** What the names of the stacks begin with, so that an account can have several caches. */
  readonly name: string;
  /** Whether `cdk destroy` deletes what is cached, too. */
  readonly destroy: boolean;
  /** SHA-256 of each token that lets somebody in, in hexadecimal, separated by commas; without, nobody comes in to the function. */
  readonly tokenSha256: string | undefined;
  /** The same for tokens that are for reading only. */
  readonly readTokenSha256: string | undefined;
  /** Who may do what beside them, in JSON: `functions/access` says how it looks. It is read from a file. */
  readonly accessPolicy: string | undefined;
  /** The digest functions to offer, as `sha256,blake3`; all that are safe together, if left out. */
  readonly digestFunctions: string | undefined;
  /** How much to keep at most; whatever was used in the last two weeks, if left out. */
  readonly quotaGiB: number | undefined;
  /** Whether what goes into the bucket is compressed, where that pays. */
  readonly compressAtRest: boolean;
  /** What functions and replicas tell in their logs; what each of them thinks best, if left out. */
  readonly logLevel: LogLevel | undefined;
  /** How many seconds an instance gathers what it counts before it tells CloudWatch; left out, it does not. */
  readonly metricsSeconds: number | undefined;
  /** The collector of OpenTelemetry's that gets traces; left out, there are none. */
  readonly traceEndpoint: string | undefined;
  /** How many of the requests are traced, from 0 to 1. */
  readonly traceRatio: string | undefined;
  /** Who hears of alarms. */
  readonly alarmEmail: string | undefined;
  /** Whether CloudFront stands before the function. */
  readonly cloudFront: boolean;
  /** How many requests the function serves at once at most; what the account admits, if left out. */
  readonly maxConcurrency: number | undefined;
  /** The certificate of the load balancer; without one, there is no stack of replicas. */
  readonly certificateArn: string | undefined;
  /** Networks whose clients reach the load balancer, as 203.0.113.0/24, separated by commas. */
  readonly clients: readonly string[];
  readonly replicas: number;
}

/** Throws an error that names the value and the remedy. */
export function readSettings(node: Node): Settings {
  return {
    name: text(node, "name", /^[a-z][a-z0-9-]{0,30}$/, "a short name in lower case") ?? "hayloft",
    destroy: parseSwitch(node, "destroy"),
    tokenSha256: parseTokens(node, "tokenSha256"),
    readTokenSha256: parseTokens(node, "readTokenSha256"),
    accessPolicy: readAccessPolicy(node, "accessPolicy"),
    digestFunctions: parseDigestFunctions(node, "digestFunctions"),
    quotaGiB: parseCount(node, "quotaGiB"),
    compressAtRest: text(node, "compressAtRest", /^(zstd|none)$/, "zstd or none") === "zstd",
    logLevel: readLogLevel(node, "logLevel"),
    metricsSeconds: parseCount(node, "metricsSeconds"),
    traceEndpoint: text(node, "traceEndpoint", /^https?:\/\/[^@\s]+$/, "the URL of a collector"),
    traceRatio: text(node, "traceRatio", /^(0|1|0?\.[0-9]+)$/, "a number from 0 to 1, as 0.01"),
    alarmEmail: text(node, "alarmEmail", /^\S+@\S+$/, "an address"),
    cloudFront: parseSwitch(node, "cloudFront"),
    maxConcurrency: parseCount(node, "maxConcurrency"),
    certificateArn: text(node, "certificateArn", /^arn:/, "the ARN of a certificate in ACM"),
    clients: (text(node, "clients", /^[0-9a-f.:/,]+$/, "networks as 203.0.113.0/24") ?? "")
      .split(",")
      .filter((network) => network !== ""),
    replicas: parseCount(node, "replicas") ?? 2,
  };
}

/** Whether somebody can come in. */
export function letsSomebodyIn({ tokenSha256, readTokenSha256, accessPolicy }: Settings): boolean {
  return [tokenSha256, readTokenSha256, accessPolicy].some((way) => way !== undefined);
}

/** What functions and replicas that serve find in their environment. */
export function servingVariables(settings: Settings): Readonly<Record<string, string>> {
  return definedOf({
    // Even one without anything in it says that nobody else may.
    HAYLOFT_ACCESS: settings.accessPolicy ?? "{}",
    HAYLOFT_TOKEN_SHA256: settings.tokenSha256,
    HAYLOFT_READ_TOKEN_SHA256: settings.readTokenSha256,
    HAYLOFT_DIGEST_FUNCTIONS: settings.digestFunctions,
    HAYLOFT_COMPRESS_AT_REST: settings.compressAtRest ? "zstd" : undefined,
    HAYLOFT_LOG_LEVEL: settings.logLevel,
    HAYLOFT_TRACE_ENDPOINT: settings.traceEndpoint,
    HAYLOFT_TRACE_RATIO: settings.traceRatio,
  });
}

/** What the function that sweeps finds there. */
export function sweepingVariables(settings: Settings): Readonly<Record<string, string>> {
  const { quotaGiB, logLevel } = settings;
  return definedOf({
    HAYLOFT_QUOTA_BYTES: quotaGiB === undefined ? undefined : String(quotaGiB * 1024 ** 3),
    HAYLOFT_LOG_LEVEL: logLevel,
    ...metricsVariables(settings),
  });
}

/** What all functions find there of metrics. */
export function metricsVariables({ metricsSeconds }: Settings): Readonly<Record<string, string>> {
  return definedOf({ HAYLOFT_METRICS_SECONDS: metricsSeconds?.toString() });
}

function definedOf(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
}

function readAccessPolicy(node: Node, name: string): string | undefined {
  const file = text(node, name, /^/, "a file");
  if (file === undefined) return undefined;
  const policy = parsePolicy(readFileSync(file, "utf8"));
  // What a function could not do with it is told before it is deployed: there are no files.
  void gateOf(policy, { clock: systemClock, fetch: globalThis.fetch, remedy: "" });
  return JSON.stringify(policy);
}

function readLogLevel(node: Node, name: string): LogLevel | undefined {
  const levels = logLevels.join(", ");
  return parseLogLevel(
    text(node, name, new RegExp(`^(?:${logLevels.join("|")})$`), `one of ${levels}`) ?? "",
  );
}

function parseDigestFunctions(node: Node, name: string): string | undefined {
  const value = text(node, name, /^/, "a text");
  if (value === undefined) return undefined;
  const mistake = (remedy: string): Error =>
    new Error(`${name} is ${JSON.stringify(value)}; ${remedy}`);
  return parseFunctions(value, mistake).join(",");
}

function parseTokens(node: Node, name: string): string | undefined {
  const value = text(node, name, /^/, "a text");
  if (value === undefined || /^[0-9a-f]{64}(,[0-9a-f]{64})*$/.test(value)) return value;
  // Not quoted: somebody may have put the token itself there, and CI keeps what is printed.
  throw new Error(`${name} is wrong; give the SHA-256 of each token, in hexadecimal`);
}

function text(node: Node, name: string, pattern: RegExp, kind: string): string | undefined {
  const value: unknown = node.tryGetContext(name);
  if (value === undefined || value === "") return undefined;
  const given = typeof value === "string" ? value : JSON.stringify(value);
  if (pattern.test(given)) return given;
  throw new Error(`${name} is ${JSON.stringify(given)}; give ${kind}, as in -c ${name}=...`);
}

function parseSwitch(node: Node, name: string): boolean {
  return text(node, name, /^(true|false)$/, "true or false") === "true";
}

function parseCount(node: Node, name: string): number | undefined {
  const value = text(node, name, /^[1-9][0-9]{0,8}$/, "a whole number above 0");
  return value === undefined ? undefined : Number(value);
}
