import { describe, it } from "vitest";
import { MetricsOutlet } from "../../functions/telemetry/metrics-outlet.ts";
import { RequestWatch } from "../../functions/telemetry/request-watch.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import type { Metric } from "../../shared/telemetry/metric.ts";
import { ManualClock } from "../support/clock.ts";

/** An outlet that tells every ten seconds, at most so many at once, and the requests that bring it there. */
function outlet(most = Infinity) {
  const clock = new ManualClock();
  const told: (readonly Metric[])[] = [];
  const tell = (metrics: readonly Metric[]): void => void told.push(metrics);
  const metrics = new MetricsOutlet({ clock, everyMs: 10_000, most, tell });
  const watch = new RequestWatch(metrics.listeners);
  const serve = (): void =>
    watch.begin({ protocol: "http", rpc: "GET cas", header: new Headers() }).end();
  return { clock, metrics, told, serve };
}

function requestsIn(metrics: readonly Metric[] = []): number {
  const found = metrics.find(({ name }) => name === instruments.requests.name);
  return Number(found?.value ?? 0);
}

describe("an outlet", () => {
  it("tells of requests once the oldest of them is so old", ({ expect }) => {
    const { clock, told, serve } = outlet();
    serve();
    clock.advance(9999);
    serve();
    expect(told).toEqual([]);
    clock.advance(1);
    serve();
    expect(told.map(requestsIn)).toEqual([3]);
    serve();
    expect(told).toHaveLength(1);
    clock.advance(10_000);
    serve();
    expect(told.map(requestsIn)).toEqual([3, 2]);
  });

  it("goes on with the next request where it may tell no more", ({ expect }) => {
    const { clock, told, serve } = outlet(1);
    serve();
    clock.advance(10_000);
    serve();
    serve();
    serve();
    expect(told.map((metrics) => metrics.map(({ name }) => name))).toEqual([
      [instruments.requests.name],
      [instruments.requestSeconds.name],
    ]);
  });

  it("tells nothing where nobody wants to know", ({ expect }) => {
    const metrics = new MetricsOutlet(undefined);
    expect(metrics.listeners).toEqual([]);
    metrics.tell();
  });
});
