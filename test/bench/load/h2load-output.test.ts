import { expect, test } from "vitest";
import { parseH2load, parseH2loadLog } from "./h2load-output.ts";

const output = `starting benchmark...
Main benchmark duration is over for thread #0. Stopping all clients.

finished in 1.50s, 20722.00 req/s, 850.20KB/s
requests: 31083 total, 31093 started, 31083 done, 31083 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 31090 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 850.20KB (870603) total, 141.75KB (145154) headers (space savings 92.63%), 161.93KB (165816) data
                     min         max         mean         sd        +/- sd
time for request:      151us     11.64ms       477us       728us    95.21%
`;

test("a run is read", () => {
  const run = { seconds: 1.5, requests: 31_083, dataBytes: 165_816, failures: 0 };
  expect(parseH2load(output)).toEqual(run);
});

test("refused requests are failures", () => {
  const refused = output.replace("31090 2xx, 0 3xx, 0 4xx", "31000 2xx, 0 3xx, 83 4xx");
  expect(parseH2load(refused).failures).toBe(83);
  const failed = output.replace("31083 succeeded, 0 failed", "31080 succeeded, 3 failed");
  expect(parseH2load(failed).failures).toBe(3);
});

test("short runs are told in milliseconds", () => {
  expect(parseH2load(output.replace("1.50s", "501.25ms")).seconds).toBeCloseTo(0.501_25);
});

test("another program's output is none", () => {
  expect(() => parseH2load("Requests/sec: 5")).toThrow(/h2load's output has nothing like/);
});

test("the log is read", () => {
  const log = "1795282360462501\t200\t8520\n1795282360462502\t200\t52\n";
  expect([...parseH2loadLog(log)]).toEqual([8.52, 0.052]);
  expect(parseH2loadLog("")).toHaveLength(0);
});
