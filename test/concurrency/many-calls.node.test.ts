import { describe, it } from "vitest";
import { upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { createTarget } from "../conformance/target.node.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { LoadProcess } from "./load-process.node.ts";
import { sharedBlob } from "./sample-calls.node.ts";

const PROCESSES = 2;
const CONNECTIONS = 200 / PROCESSES;
const STREAMS = 100;

describe("200 connections with 100 streams each", () => {
  it("have all their calls open at once, and all succeed", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "512MiB"] });
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    await upload(clientsOn(connection), "", sharedBlob);
    const output = hayloft.output();

    using stack = new DisposableStack();
    const loads = Array.from({ length: PROCESSES }, () => stack.use(new LoadProcess()));
    const startedMs = performance.now();
    await Promise.all(
      loads.map((load, index) =>
        load.open({
          url: hayloft.url,
          connections: CONNECTIONS,
          streams: STREAMS,
          firstCall: index * CONNECTIONS * STREAMS,
        }),
      ),
    );
    const { now: whileOpen } = await residentBytes(hayloft.pid);
    const results = await Promise.all(loads.map((load) => load.complete()));
    const seconds = (performance.now() - startedMs) / 1000;

    const calls = PROCESSES * CONNECTIONS * STREAMS;
    await annotate(
      `${calls} calls in ${seconds.toFixed(1)} s; with all open, the server had ${Math.round(whileOpen / MIB)} MiB`,
    );
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.reduce((sum, { completed }) => sum + completed, 0)).toBe(calls);
    expect(hayloft.output()).toBe(output);
  });
});
