import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { dataPointOf } from "../../functions/cloudflare/data-points.ts";
import { scales } from "../../shared/telemetry/instrument.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { read } from "../tidy/repository.node.ts";

const readme = read("functions/cloudflare/README.md");

/** The README's queries, in their order. SQLite knows all of their words but those for times. */
const [hitRate = "", errorRatio = "", slowest = "", billed = ""] = [
  ...readme.matchAll(/^```sql\n(?<query>[^`]*)^```$/gm),
].map(({ groups }) =>
  (groups?.["query"] ?? "").replace(/NOW\(\) - INTERVAL '[0-9]+' DAY/, "unixepoch() - 60"),
);

const TEXTS = 6;
const NUMBERS = 20;
const columnsOf = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index + 1}`);

/** What a query finds of what was counted, where each point stands for two. */
function ask(query: string, meter: Meter): readonly Record<string, unknown>[] {
  using database = new DatabaseSync(":memory:");
  const columns = ["index1", ...columnsOf("blob", TEXTS), ...columnsOf("double", NUMBERS)];
  database.exec(`CREATE TABLE hayloft (timestamp, _sample_interval, ${columns.join()})`);
  const marks = columns.map(() => "?").join();
  const insert = database.prepare(`INSERT INTO hayloft VALUES (unixepoch(), 2, ${marks})`);
  for (const { indexes, blobs, doubles } of meter.take().map(dataPointOf)) {
    const texts = Array.from({ length: TEXTS }, (_, index) => blobs[index] ?? "");
    const numbers = Array.from({ length: NUMBERS }, (_, index) => doubles[index] ?? 0);
    insert.run(...indexes, ...texts, ...numbers);
  }
  return database
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));
}

test("the query for the hit rate of callers gives it", () => {
  const meter = new Meter();
  meter.counter(instruments.actionLookups, "a", "ci", "Javac", "hit").count = 8;
  meter.counter(instruments.actionLookups, "b", "ci", "Javac", "miss").count = 2;
  meter.counter(instruments.actionLookups, "a", "dev", "Javac", "miss").count = 1;
  expect(ask(hitRate, meter)).toEqual([
    { principal: "ci", lookups: 20, hit_rate: 0.8 },
    { principal: "dev", lookups: 2, hit_rate: 0 },
  ]);
});

test("the query for errors gives the part of requests that fail by our fault", () => {
  const meter = new Meter();
  meter.counter(instruments.requests, "http", "GET cas", "OK").count = 6;
  meter.counter(instruments.requests, "http", "GET cas", "NOT_FOUND").count = 3;
  meter.counter(instruments.requests, "http", "GET cas", "UNAVAILABLE").count = 1;
  expect(ask(errorRatio, meter)).toEqual([{ rpc: "GET cas", requests: 20, error_ratio: 0.1 }]);
});

test.for([
  { slow: 0.004, p99: 0.01 },
  { slow: 0.04, p99: 0.05 },
  { slow: 0.2, p99: 0.25 },
  { slow: 0.9, p99: 1 },
  { slow: 9, p99: 10 },
  { slow: 11, p99: 120 },
])("the query for the slowest of a hundred finds those of $slow s", ({ slow, p99 }) => {
  const meter = new Meter();
  const seconds = meter.histogram(instruments.requestSeconds, "GET cas", "OK");
  for (let times = 0; times < 97; times += 1) seconds.observe(0.001);
  for (let times = 0; times < 3; times += 1) seconds.observe(slow);
  expect(ask(slowest, meter)).toEqual([{ rpc: "GET cas", requests: 200, p99_seconds: p99 }]);
});

test("the query for what is billed gives it by service and operation", () => {
  const meter = new Meter();
  meter.counter(instruments.billedOperations, "r2", "PutObject").count = 3;
  meter.counter(instruments.billedOperations, "d1", "rows_read").count = 40;
  expect(ask(billed, meter)).toEqual([
    { service: "d1", operation: "rows_read", billed: 80 },
    { service: "r2", operation: "PutObject", billed: 6 },
  ]);
});

test("the README names the buckets of seconds", () => {
  const named = /Buckets of seconds end at (?<bounds>[^:]*): `double11`/.exec(readme)?.groups?.[
    "bounds"
  ];
  expect(named?.split(/, | and /).map(Number)).toEqual(scales.seconds);
});
