import type { Collector } from "../../shared/telemetry/tracing/otlp-sender.ts";
import type { Sampling } from "../../shared/telemetry/tracing/sampling.ts";
import type { Attributes } from "../../shared/telemetry/tracing/span.ts";
import { parsePairs } from "./otel-pairs.ts";
import { samplingIn } from "./otel-sampler.ts";
import { TraceSettingError } from "./trace-setting-error.ts";

/** What traces are made with. */
export interface TraceSettings {
  readonly collector: Collector;
  readonly sampling: Sampling;
  /** Who is traced. */
  readonly resource: Attributes;
}

/** What an operator says by Hayloft's own settings. */
export interface TraceWords {
  readonly endpoint: string | undefined;
  readonly ratio: string | undefined;
}

/** What to say of a setting that is none; the value is left out where it may be a secret. */
export type TraceMistake = (
  word: keyof TraceWords,
  value: string | undefined,
  remedy: string,
) => Error;

type Environment = Readonly<Record<string, string | undefined>>;

/** Of traces that no caller has begun: a build makes thousands of requests. */
const RATIO = 0.01;

/**
 * What Hayloft's own settings say, and OpenTelemetry's variables where these say nothing. `undefined` where no endpoint is given: there are no
 * traces then. Throws for what cannot be understood, so that nobody waits in vain for traces.
 */
export function readTraceSettings(
  words: TraceWords,
  environment: Environment,
  mistake: TraceMistake,
): TraceSettings | undefined {
  const url = urlIn(words, environment, mistake);
  if (url === undefined) return undefined;
  refuseOtherProtocols(environment);
  const ratio = ratioIn(words, mistake);
  return {
    collector: { url, headers: headersIn(environment) },
    sampling:
      ratio === undefined
        ? (samplingIn(environment) ?? { ratio: RATIO, followsParent: true })
        : { ratio, followsParent: true },
    resource: resourceIn(environment),
  };
}

const TRACES_PATH = "v1/traces";

function urlIn(
  { endpoint }: TraceWords,
  environment: Environment,
  mistake: TraceMistake,
): string | undefined {
  if (endpoint !== undefined) {
    return urlOf(endpoint, TRACES_PATH, (value, remedy) => mistake("endpoint", value, remedy));
  }
  if (isSwitchedOff(environment)) return undefined;
  for (const [name, path] of [
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", TRACES_PATH],
  ] as const) {
    const text = environment[name];
    if (!text) continue;
    return urlOf(text, path, (value, remedy) => new TraceSettingError(name, value, remedy));
  }
  return undefined;
}

function isSwitchedOff(environment: Environment): boolean {
  const exporter = environment["OTEL_TRACES_EXPORTER"] || "otlp";
  return environment["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" || exporter !== "otlp";
}

function urlOf(
  text: string,
  path: string,
  mistake: (value: string | undefined, remedy: string) => Error,
): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw mistake(text.includes("@") ? undefined : text, "give a URL, as http://127.0.0.1:4318");
  }
  if (url.username !== "" || url.password !== "") {
    throw mistake(
      undefined,
      "a credential goes into OTEL_EXPORTER_OTLP_HEADERS, and not into the URL",
    );
  }
  if (path !== "") url.pathname = `${url.pathname.replace(/\/$/, "")}/${path}`;
  return url.href;
}

function ratioIn({ ratio: text }: TraceWords, mistake: TraceMistake): number | undefined {
  if (text === undefined) return undefined;
  const ratio = text.trim() === "" ? Number.NaN : Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw mistake("ratio", text, "give a number from 0 to 1, as 0.01");
}

function headersIn(environment: Environment): Readonly<Record<string, string>> {
  return {
    ...parsePairs("OTEL_EXPORTER_OTLP_HEADERS", environment),
    ...parsePairs("OTEL_EXPORTER_OTLP_TRACES_HEADERS", environment),
  };
}

function resourceIn(environment: Environment): Attributes {
  const named = parsePairs("OTEL_RESOURCE_ATTRIBUTES", environment);
  const name = environment["OTEL_SERVICE_NAME"] || named["service.name"] || "hayloft";
  return { ...named, "service.name": name };
}

function refuseOtherProtocols(environment: Environment): void {
  const names = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
  const name = names.find((each) => environment[each]);
  if (name === undefined || environment[name] === "http/protobuf") return;
  throw new TraceSettingError(
    name,
    environment[name],
    "traces go out as http/protobuf alone; set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL to that, with an endpoint that takes it, " +
      "or OTEL_TRACES_EXPORTER to none",
  );
}
