import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Meter } from "../../shared/telemetry/meter.ts";
import {
  SpanExporter,
  type SpanExporterOptions,
} from "../../shared/telemetry/tracing/span-exporter.ts";
import { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { traceLimits } from "../../shared/trace-limits.ts";
import { type CollectorAnswer, startCollector } from "../support/span-collector.node.ts";

/** An exporter, and what it has done. */
class Watched {
  readonly exporter: SpanExporter;
  readonly lines: string[] = [];
  readonly #meter = new Meter();
  readonly #tracer: Tracer;

  constructor(url: string, options: Partial<SpanExporterOptions> = {}) {
    this.exporter = new SpanExporter({
      collector: { url: `${url}/v1/traces?key=secret`, headers: { authorization: "secret" } },
      resource: { "service.name": "test" },
      meter: this.#meter,
      warn: (text) => this.lines.push(text),
      fetch: globalThis.fetch,
      ...options,
    });
    this.#tracer = new Tracer({ ratio: 1, followsParent: true }, this.exporter.add);
  }

  add(count: number): void {
    for (let n = 0; n < count; n += 1) this.#tracer.begin(`request ${n}`, new Headers())?.end();
  }

  counts(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      this.#meter
        .read()
        .map(({ name, value }) => [name.replaceAll(/^hayloft_spans_|_total$/g, ""), value]),
    );
  }
}

const enough = 60_000;

test("spans go out many at a time, in order", async () => {
  await using collector = await startCollector();
  const watched = new Watched(collector.url);
  watched.add(traceLimits.spansPerExport + 100);
  await watched.exporter.flush(enough);
  expect(collector.headers).toHaveLength(2);
  expect(collector.spans.map(({ name }) => name)).toEqual(
    Array.from({ length: traceLimits.spansPerExport + 100 }, (_, n) => `request ${n}`),
  );
  expect(watched.counts()).toEqual({ exported: traceLimits.spansPerExport + 100, dropped: 0 });
});

test("they wait for others for some time, but not until there are very many", async () => {
  await using collector = await startCollector();
  const soon = new Watched(collector.url, { everyMs: 1 });
  soon.add(1);
  await collector.next();
  const late = new Watched(collector.url, { everyMs: enough });
  late.add(traceLimits.spansPerExport);
  await collector.next();
  expect(collector.spans).toHaveLength(1 + traceLimits.spansPerExport);
  await Promise.all([soon.exporter.close(enough), late.exporter.close(enough)]);
});

test("a collector that is slow has only so many waiting for it, in one request at a time", async () => {
  const answer = Promise.withResolvers<CollectorAnswer>();
  await using collector = await startCollector(async () => await answer.promise);
  const watched = new Watched(collector.url, { everyMs: enough });
  const { spansPerExport, spansWaiting } = traceLimits;
  watched.add(spansPerExport + spansWaiting + 7);
  expect(watched.counts()).toEqual({ exported: 0, dropped: 7 });
  while (collector.headers.length === 0) await turn();
  expect(collector.headers).toHaveLength(1);
  answer.resolve({ status: 200 });
  await watched.exporter.flush(enough);
  expect(watched.counts()).toEqual({ exported: spansPerExport + spansWaiting, dropped: 7 });
});

test.each([429, 502, 503, 504])(
  "%d is tried once more, when the collector says",
  async (status) => {
    await using collector = await startCollector((message) =>
      message === 0 ? { status, headers: { "retry-after": "0" } } : { status: 200 },
    );
    const watched = new Watched(collector.url);
    watched.add(3);
    await watched.exporter.flush(enough);
    expect(collector.headers).toHaveLength(2);
    expect(watched.counts()).toEqual({ exported: 3, dropped: 0 });
    expect(watched.lines).toEqual([]);
  },
);

test.each([
  [429, 2],
  [400, 1],
  [307, 1],
])(
  "what is answered with %d is dropped after %d attempts, and the log has it once",
  async (status, attempts) => {
    let isWell = false;
    await using collector = await startCollector(() =>
      isWell
        ? { status: 200 }
        : { status, headers: { "retry-after": "0", location: "/elsewhere" } },
    );
    const watched = new Watched(collector.url);
    for (let n = 0; n < 3; n += 1) {
      watched.add(2);
      await watched.exporter.flush(enough);
    }
    expect(collector.headers).toHaveLength(3 * attempts);
    expect(watched.counts()).toEqual({ exported: 0, dropped: 6 });
    const place = `${collector.url}/v1/traces`;
    const trouble = `traces are dropped: the collector at ${place} takes none, it answers ${status}`;
    expect(watched.lines).toEqual([trouble]);
    isWell = true;
    watched.add(1);
    await watched.exporter.flush(enough);
    expect(watched.lines).toEqual([trouble, `the collector at ${place} takes traces again`]);
    expect(watched.lines.join("\n")).not.toContain("secret");
  },
);

test("what a collector says that it has not kept counts as dropped", async () => {
  await using collector = await startCollector(() => ({ status: 200, rejected: 2 }));
  const watched = new Watched(collector.url);
  watched.add(5);
  await watched.exporter.flush(enough);
  expect(watched.counts()).toEqual({ exported: 3, dropped: 2 });
});

test("who closes it does not wait for long for a collector that says nothing", async () => {
  const never = Promise.withResolvers<CollectorAnswer>();
  await using collector = await startCollector(async () => await never.promise);
  const watched = new Watched(collector.url, { everyMs: enough });
  watched.add(traceLimits.spansPerExport + 1);
  await watched.exporter.close(10);
  expect(watched.counts()).toEqual({ exported: 0, dropped: traceLimits.spansPerExport + 1 });
  watched.add(1);
  expect(watched.counts()).toMatchObject({ dropped: traceLimits.spansPerExport + 2 });
  never.resolve({ status: 200 });
});
