import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";

/** The samples of a Prometheus text, by name and labels. */
function parseMetrics(text: string): ReadonlyMap<string, number> {
  const samples = /^(?<key>[a-z_]+\{[a-z]+="[a-z]+"\}) (?<value>[0-9.e+-]+)$/gm;
  return new Map(
    [...text.matchAll(samples)].map(({ groups }) => [
      groups?.["key"] ?? "",
      Number(groups?.["value"]),
    ]),
  );
}

/** The names that comments of a kind speak of, in order. */
function namesIn(text: string, kind: "HELP" | "TYPE"): readonly string[] {
  return [...text.matchAll(new RegExp(`^# ${kind} (\\S+) \\S`, "gm"))].map(
    ([, name]) => name ?? "",
  );
}

test("/metrics tells Prometheus how the disk store is", async () => {
  await using server = await startHayloft();
  const blob = new Uint8Array(100_000).fill(7);
  const hash = createHash("sha256").update(blob).digest("hex");
  const before = parseMetrics(await (await fetch(`${server.url}/metrics`)).text());
  expect(before.get('hayloft_store_used_bytes{store="blobs"}')).toBe(0);

  await fetch(`${server.url}/cas/${hash}`, { method: "PUT", body: blob });
  await (await fetch(`${server.url}/cas/${hash}`)).arrayBuffer();
  const response = await fetch(`${server.url}/metrics`);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const after = parseMetrics(text);
  const names = [...new Set([...after.keys()].map((key) => key.replace(/\{.*/, "")))];
  expect(namesIn(text, "HELP")).toEqual(names);
  expect(namesIn(text, "TYPE")).toEqual(names);
  expect(after.get('hayloft_store_used_bytes{store="blobs"}')).toBeGreaterThanOrEqual(100_000);
  expect(after.get('hayloft_store_size_bytes{store="actions"}')).toBeGreaterThan(0);
  expect(after.get('hayloft_map_lookups_total{store="blobs"}')).toBeGreaterThan(0);
  for (const name of ["hayloft_map_overflows_total", "hayloft_store_corrupt_entries_total"]) {
    expect(after.get(`${name}{store="blobs"}`)).toBe(0);
  }
});
