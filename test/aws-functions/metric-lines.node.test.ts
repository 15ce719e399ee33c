import { expect, test } from "vitest";
import { metricLines } from "../../functions/aws/metric-lines.node.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { parseEmf } from "../support/emf.ts";

const where = { nowMs: 1_700_000_000_000, functionName: "hayloft-server" };

test("a count is a line with its labels, of which clients' own are no dimensions", () => {
  const meter = new Meter();
  meter.counter(instruments.lookups, "ac", "get", "team/a", "hit").count = 7;
  const [line = "", ...others] = metricLines(meter.take(), where);
  expect(others).toEqual([]);
  expect(JSON.parse(line)).toEqual({
    _aws: {
      Timestamp: where.nowMs,
      CloudWatchMetrics: [
        {
          Namespace: "Hayloft",
          Dimensions: [["function", "store", "verb", "result"]],
          Metrics: [{ Name: "hayloft_lookups_total", Unit: "Count" }],
        },
      ],
    },
    function: "hayloft-server",
    store: "ac",
    verb: "get",
    instance_name: "team/a",
    result: "hit",
    hayloft_lookups_total: 7,
  });
});

test("a histogram is its values, as large as their buckets admit, a hundred a line", () => {
  const meter = new Meter();
  const seconds = meter.histogram(instruments.requestSeconds, "GET cas", "OK");
  for (let times = 0; times < 150; times += 1) seconds.observe(0.004);
  seconds.observe(1000);
  const lines = metricLines(meter.take(), where).map(parseEmf);
  expect(lines.map(({ values }) => values.length)).toEqual([100, 51]);
  const values = lines.flatMap((line) => line.values);
  expect(new Set(values)).toEqual(new Set([0.005, 120]));
  expect(lines[0]).toMatchObject({ unit: "Seconds", dimensions: ["function", "rpc"] });
});
