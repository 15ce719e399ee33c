import { it } from "vitest";
import { IsolateMetrics } from "../../functions/cloudflare/isolate-metrics.workerd.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";

/** Work that requests have left behind them. */
function context() {
  const waited: Promise<unknown>[] = [];
  return { waited, waitUntil: (work: Promise<unknown>) => void waited.push(work) };
}

it("has one of the requests that come together stay to tell", ({ expect }) => {
  const metrics = new IsolateMetrics({ writeDataPoint: () => undefined });
  const { waited, ...requests } = context();
  for (let request = 0; request < 5; request += 1) metrics.attend(requests);
  expect(waited).toHaveLength(1);
});

it("has nobody stay where there is no dataset", ({ expect }) => {
  const { waited, ...requests } = context();
  const metrics = new IsolateMetrics(undefined);
  metrics.attend(requests);
  metrics.outlet.tell();
  expect(waited).toEqual([]);
});

it("writes no more points at once than an invocation may", ({ expect }) => {
  const points: string[] = [];
  const writeDataPoint = (point: AnalyticsEngineDataPoint | undefined): void =>
    void points.push(JSON.stringify(point));
  const metrics = new IsolateMetrics({ writeDataPoint });
  for (let team = 0; team < 90; team += 1) {
    metrics.outlet.meter.counter(instruments.entryBytes, "cas", "get", `team/${team}`).count = 1;
    metrics.outlet.meter.counter(instruments.entryBytes, "ac", "get", `team/${team}`).count = 1;
  }
  metrics.outlet.tell();
  expect(points).toHaveLength(120);
  metrics.outlet.tell();
  expect(new Set(points).size).toBe(180);
});
