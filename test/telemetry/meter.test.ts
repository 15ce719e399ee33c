import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import type { Metric } from "../../shared/telemetry/metric.ts";

function valuesOf(metrics: readonly Metric[], label: string): ReadonlySet<string | undefined> {
  return new Set(metrics.map(({ labels }) => labels[label]));
}

function total(metrics: readonly Metric[]): number {
  return metrics.reduce((sum, { value }) => sum + Number(value), 0);
}

describe("a meter", () => {
  it("counts by labels, and gives the same series for the same ones", ({ expect }) => {
    const meter = new Meter();
    meter.counter(instruments.errors, "ByteStream/Read", "corrupt").count += 2;
    meter.counter(instruments.errors, "ByteStream/Read", "corrupt").count += 1;
    meter.counter(instruments.errors, "GET cas", "corrupt").count += 1;
    const { name } = instruments.errors;
    expect(meter.read()).toEqual([
      { name, labels: { rpc: "ByteStream/Read", error: "corrupt" }, value: 3 },
      { name, labels: { rpc: "GET cas", error: "corrupt" }, value: 1 },
    ]);
  });

  it("puts values into the bucket whose bound they do not pass", ({ expect }) => {
    const meter = new Meter();
    const series = meter.histogram(instruments.findMissingHitRatio);
    for (const value of [0, 0.05, 0.1, 0.5, 1]) series.observe(value);
    const [metric] = meter.read();
    // Bounds: 0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1, and what is above.
    expect(metric?.value).toEqual({ counts: [1, 2, 0, 1, 0, 0, 0, 1, 0], sum: 1.65 });
  });

  it("counts values that clients invent as others once they are many, and loses none", ({
    expect,
  }) => {
    const meter = new Meter();
    const count = 5 * limits.labelValues;
    for (let n = 0; n < count; n += 1) {
      meter.counter(instruments.entryBytes, "cas", "get", `instance-${n}`).count += 1;
    }
    const metrics = meter.read();
    expect(valuesOf(metrics, "instance_name").size).toBe(limits.labelValues + 1);
    expect(valuesOf(metrics, "instance_name")).toContain("other");
    expect(total(metrics)).toBe(count);
  });

  it("bounds what several of them make together", ({ expect }) => {
    const meter = new Meter();
    const labels = ["a", "b", "c"].flatMap((kind) =>
      Array.from({ length: limits.labelValues }, (_, n) => `${kind}-${n}`),
    );
    let count = 0;
    for (const instance of labels) {
      for (const principal of labels) {
        meter.counter(instruments.actionLookups, instance, principal, "Javac", "hit").count += 1;
        count += 1;
      }
    }
    const metrics = meter.read();
    expect(metrics.length).toBeLessThanOrEqual(limits.seriesPerInstrument + 1);
    expect(total(metrics)).toBe(count);
  });

  it("begins anew once it was taken, for platforms that add up", ({ expect }) => {
    const meter = new Meter();
    const errors = meter.counter(instruments.errors, "GET cas", "corrupt");
    const seconds = meter.histogram(instruments.findMissingDigests);
    errors.count += 2;
    seconds.observe(3);
    expect(meter.take().map(({ value }) => value)).toMatchObject([2, { sum: 3 }]);
    expect(meter.take()).toEqual([]);
    errors.count += 1;
    expect(meter.take()).toMatchObject([{ value: 1 }]);
  });
});
