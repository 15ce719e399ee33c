import { expect, test } from "vitest";
import type { DataPoint } from "../../functions/cloudflare/data-points.ts";
import { scales } from "../../shared/telemetry/instrument.ts";
import { instrumentNamed } from "../../shared/telemetry/instruments.ts";
import { startMeasuredWorker } from "../support/measured-worker.node.ts";
import { declaredFor, namesOf, type Told } from "./emitted.ts";
import { EveryInstrument } from "./every-instrument.node.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function toldBy({ blobs: [name = "", ...values] }: DataPoint): Told {
  const { labels } = instrumentNamed(name);
  return { name, labels: labels.slice(0, values.length) };
}

test("a Worker tells all that is declared for it, and nothing else", async () => {
  await using measured = await startMeasuredWorker();
  const { worker } = measured;
  const database = await worker.database();
  const scenario = new EveryInstrument({
    baseUrl: worker.url,
    protocol: "connect",
    httpVersion: "1.1",
  });
  await scenario.run();
  // Leases that are due are renewed, and what nobody has used for long is swept.
  await database.exec("UPDATE rows SET lease_ends_ms = 0 WHERE size_bytes < 60");
  await worker.sweep();
  await database.exec(`UPDATE rows SET lease_ends_ms = ${Date.now() + DAY_MS / 24}`);
  await scenario.run();
  await worker.sweep();
  const told = await measured.points();
  expect(namesOf(told.map(toldBy))).toEqual(declaredFor("cloudflare"));
  for (const { indexes, blobs, doubles } of told) {
    const instrument = instrumentNamed(blobs[0] ?? "");
    expect(indexes).toEqual([instrument.name]);
    expect(blobs).toHaveLength(1 + instrument.labels.length);
    const buckets = instrument.type === "histogram" ? scales[instrument.scale].length + 1 : 0;
    expect(doubles).toHaveLength(buckets === 0 ? 1 : 2 + buckets);
    expect(doubles.length).toBeLessThanOrEqual(20);
    expect(doubles[0]).toBeGreaterThan(0);
  }
});
