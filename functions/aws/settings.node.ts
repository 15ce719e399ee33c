import { parseAtRest } from "../../shared/compression/at-rest.ts";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { defaultFunctions, parseFunctions } from "../../shared/digest/served-functions.ts";
import type { LogLevel } from "../../shared/telemetry/log.ts";
import { policyIn } from "../access/parse-policy.ts";
import type { Policy } from "../access/policy.ts";
import { simplePolicy } from "../access/simple-policy.ts";
import { parseTokenHashes, TOKEN_HASHES_REMEDY } from "../access/token-hashes.ts";
import { readLogLevel } from "../telemetry/function-log.ts";
import { readTraceSettings, type TraceSettings } from "../telemetry/trace-settings.ts";

/** What a deployment gives its functions. */
export interface Settings {
  /** Whom it lets in. */
  readonly policy: Policy;
  readonly bucket: string;
  readonly table: string;
  readonly digestFunctions: readonly DigestFunction[];
  readonly quotaBytes: number | undefined;
  /** Whether new objects are compressed where that pays. */
  readonly compressAtRest: boolean;
  /** What its log tells, where that was said. */
  readonly logLevel: LogLevel | undefined;
  /** How long an instance gathers what it counts before it tells CloudWatch; left out, it does not. */
  readonly metricsSeconds: number | undefined;
  /** What Lambda calls the function. */
  readonly functionName: string;
  /** `undefined` where there are none. */
  readonly traces: TraceSettings | undefined;
  /** Other services with the same API, by the SDK's own variables. */
  readonly s3Endpoint: string | undefined;
  readonly dynamoEndpoint: string | undefined;
}

/** Throws an error that names the variable and the remedy. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const wanted = (name: string): string => {
    const value = text(name);
    if (value === undefined)
      throw new Error(`${name} is not set; deploy with infra/aws, which does`);
    return value;
  };
  const tokenHashes = (name: string): readonly Uint8Array[] => {
    const hashes = parseTokenHashes(text(name) ?? "");
    if (hashes === undefined) throw new Error(`${name} is wrong: ${TOKEN_HASHES_REMEDY}`);
    return hashes;
  };
  return {
    bucket: wanted("HAYLOFT_BUCKET"),
    table: wanted("HAYLOFT_TABLE"),
    policy: simplePolicy(
      {
        tokenHashes: tokenHashes("HAYLOFT_TOKEN_SHA256"),
        readTokenHashes: tokenHashes("HAYLOFT_READ_TOKEN_SHA256"),
        isOpen: parseSwitch("HAYLOFT_OPEN", text("HAYLOFT_OPEN")),
      },
      policyIn("HAYLOFT_ACCESS", text("HAYLOFT_ACCESS")),
    ),
    digestFunctions: readFunctions("HAYLOFT_DIGEST_FUNCTIONS", text("HAYLOFT_DIGEST_FUNCTIONS")),
    quotaBytes: parseBytes("HAYLOFT_QUOTA_BYTES", text("HAYLOFT_QUOTA_BYTES")),
    compressAtRest: readAtRest("HAYLOFT_COMPRESS_AT_REST", text("HAYLOFT_COMPRESS_AT_REST")),
    logLevel: readLogLevel(text("HAYLOFT_LOG_LEVEL")),
    metricsSeconds: parseSeconds("HAYLOFT_METRICS_SECONDS", text("HAYLOFT_METRICS_SECONDS")),
    functionName: text("AWS_LAMBDA_FUNCTION_NAME") ?? "hayloft",
    traces: readTraces(environment),
    s3Endpoint: text("AWS_ENDPOINT_URL_S3") ?? text("AWS_ENDPOINT_URL"),
    dynamoEndpoint: text("AWS_ENDPOINT_URL_DYNAMODB") ?? text("AWS_ENDPOINT_URL"),
  };
}

function readFunctions(name: string, text: string | undefined): readonly DigestFunction[] {
  if (text === undefined) return defaultFunctions;
  return parseFunctions(
    text,
    (remedy) => new Error(`${name} is ${JSON.stringify(text)}: ${remedy}`),
  );
}

function readAtRest(name: string, text = "none"): boolean {
  return parseAtRest(text, (remedy) => new Error(`${name} is ${JSON.stringify(text)}: ${remedy}`));
}

function parseSwitch(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "0" || text === "1") return text === "1";
  throw new Error(`${name} is ${JSON.stringify(text)}; set it to 1, or leave it out`);
}

function readTraces(environment: Parameters<typeof readSettings>[0]): TraceSettings | undefined {
  const names = { endpoint: "HAYLOFT_TRACE_ENDPOINT", ratio: "HAYLOFT_TRACE_RATIO" };
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const words = { endpoint: text(names.endpoint), ratio: text(names.ratio) };
  return readTraceSettings(words, environment, (word, value, remedy) => {
    const is = value === undefined ? "wrong" : JSON.stringify(value);
    return new Error(`${names[word]} is ${is}: ${remedy}`);
  });
}

function parseBytes(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}; set it to a whole number of bytes`);
}

function parseSeconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,4}$/.test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}; set it to a number of seconds, as 10`);
}
