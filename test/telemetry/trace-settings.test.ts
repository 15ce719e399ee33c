import { expect, test } from "vitest";
import { readTraceSettings } from "../../functions/telemetry/trace-settings.ts";

type Environment = Readonly<Record<string, string>>;

function settings(environment: Environment, words: { endpoint?: string; ratio?: string } = {}) {
  const { endpoint, ratio } = words;
  return readTraceSettings({ endpoint, ratio }, environment, (word, value, remedy) => {
    return new Error(`${word} is ${value ?? "wrong"}: ${remedy}`);
  });
}

const url = "http://collector:4318";
const there = { OTEL_EXPORTER_OTLP_ENDPOINT: url };

test("without an endpoint there are no traces", () => {
  expect(settings({ OTEL_TRACES_SAMPLER: "always_on" }, { ratio: "1" })).toBeUndefined();
  expect(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toBeUndefined();
});

test("an endpoint is all it takes", () => {
  expect(settings({}, { endpoint: url })).toEqual({
    collector: { url: `${url}/v1/traces`, headers: {} },
    sampling: { ratio: 0.01, followsParent: true },
    resource: { "service.name": "hayloft" },
  });
});

test.each([
  [there, `${url}/v1/traces`],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/otlp/` }, `${url}/otlp/v1/traces`],
  [{ ...there, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/own` }, `${url}/own`],
])("finds the collector by %j", (environment, expected) => {
  expect(settings(environment)?.collector.url).toBe(expected);
  expect(settings(environment, { endpoint: "https://flag" })?.collector.url).toBe(
    "https://flag/v1/traces",
  );
});

test.each([
  { OTEL_SDK_DISABLED: "true" },
  { OTEL_TRACES_EXPORTER: "none" },
  { OTEL_TRACES_EXPORTER: "zipkin" },
])("OpenTelemetry's variables can say that there are none: %j", (off) => {
  expect(settings({ ...there, ...off })).toBeUndefined();
  expect(settings({ ...there, ...off }, { endpoint: url })).toBeDefined();
});

test.each([
  ["always_on", { ratio: 1, followsParent: false }],
  ["always_off", { ratio: 0, followsParent: false }],
  ["traceidratio", { ratio: 0.25, followsParent: false }],
  ["parentbased_always_on", { ratio: 1, followsParent: true }],
  ["parentbased_always_off", { ratio: 0, followsParent: true }],
  ["parentbased_traceidratio", { ratio: 0.25, followsParent: true }],
])("samples by %s", (OTEL_TRACES_SAMPLER, sampling) => {
  const environment = { ...there, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG: "0.25" };
  expect(settings(environment)?.sampling).toEqual(sampling);
  expect(settings(environment, { ratio: "0.5" })?.sampling).toEqual({
    ratio: 0.5,
    followsParent: true,
  });
});

test("who it is, and what it shows, may be named", () => {
  const { resource, collector } =
    settings({
      ...there,
      OTEL_SERVICE_NAME: "cache",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other, team=a%20b,wrong,=none,bad=%E0",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20YTpi,x-one=1",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-one=2",
    }) ?? {};
  expect(resource).toEqual({ "service.name": "cache", team: "a b" });
  expect(collector?.headers).toEqual({ authorization: "Basic YTpi", "x-one": "2" });
});

test.each([
  [{}, { endpoint: "collector:4318" }, /^endpoint is collector:4318: give a URL/],
  [{}, { endpoint: "grpc://me:secret@host" }, /^endpoint is wrong: give a URL/],
  [{}, { endpoint: "https://me:secret@host" }, /^endpoint is wrong: a credential goes into/],
  [there, { ratio: "1.1" }, /^ratio is 1.1: give a number from 0 to 1/],
  [there, { ratio: " " }, /^ratio is/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "here" }, {}, /^OTEL_EXPORTER_OTLP_ENDPOINT is "here": give/],
  [
    { ...there, OTEL_TRACES_SAMPLER: "jaeger_remote" },
    {},
    /^OTEL_TRACES_SAMPLER is "jaeger_remote": /,
  ],
  [
    { ...there, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "many" },
    {},
    /^OTEL_TRACES_SAMPLER_ARG is "many": /,
  ],
  [
    { ...there, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    {},
    /^OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": /,
  ],
])("%j with %j is a mistake", (environment: Environment, words, message) => {
  expect(() => settings(environment, words)).toThrow(message);
  expect(() => settings(environment, words)).not.toThrow(/secret/);
});
