import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  Span_SpanKind,
  Status_StatusCode,
} from "../../shared/proto/gen/opentelemetry/proto/trace/v1/trace_pb.ts";
import { blobOf } from "../conformance/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import {
  type CollectedSpan,
  type SpanCollector,
  startCollector,
} from "../support/span-collector.node.ts";

const parentId = "b7ad6b7169203331";
const sampled = (traceId: string, flags = "01") => ({
  traceparent: `00-${traceId}-${parentId}-${flags}`,
  tracestate: "vendor=one,other=two",
});

/** Ids that tell requests apart. */
const traceOf = (digit: string): string => digit.repeat(32);

const blob = blobOf(bytesOf(500));
const absent = blobOf(bytesOf(501));

describe("a server that traces", () => {
  let collector: SpanCollector;
  let server: Hayloft;

  beforeAll(async () => {
    collector = await startCollector();
    server = await startHayloft({
      args: ["--store", "memory", "--trace-endpoint", collector.url, "--trace-ratio", "0"],
      env: {
        OTEL_SERVICE_NAME: "cache of a test",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=a%2Cb",
        OTEL_EXPORTER_OTLP_HEADERS: "x-team=one%20two",
      },
    });
    const baseUrl = `http://${server.address}`;
    await everyCall(createGrpcTransport({ baseUrl }), traceOf("a"));
    await everyCall(createConnectTransport({ baseUrl, httpVersion: "1.1" }), traceOf("b"));
    const url = `${baseUrl}/cas/${blob.digest.hash}`;
    await fetch(url, { method: "PUT", body: blob.data, headers: sampled(traceOf("c")) });
    await fetch(url, { headers: sampled(traceOf("d")) });
    await fetch(`${baseUrl}/cas/${absent.digest.hash}`, { headers: sampled(traceOf("e")) });
    await fetch(url, { headers: sampled(traceOf("f"), "00") });
    await fetch(url);
    await fetch(`${baseUrl}/healthz`, { headers: sampled(traceOf("1")) });
    // It sends what waits before it ends.
    await server.stop();
  });

  afterAll(async () => {
    await collector[Symbol.asyncDispose]();
  });

  async function everyCall(transport: Transport, traceId: string): Promise<void> {
    const client = createClient(ContentAddressableStorage, transport);
    const headers = sampled(traceId);
    await client.batchUpdateBlobs({ requests: [blob] }, { headers });
    await client.findMissingBlobs({ blobDigests: [blob.digest, absent.digest] }, { headers });
    await expect(
      client.findMissingBlobs({ blobDigests: [{ hash: "?" }] }, { headers }),
    ).rejects.toThrow();
  }

  const inTrace = (traceId: string): readonly CollectedSpan[] =>
    collector.spans.filter((span) => span.traceId === traceId);
  const served = (traceId: string, name: string): readonly CollectedSpan[] =>
    inTrace(traceId).filter((span) => span.name === name);

  test.each([
    ["native gRPC", traceOf("a"), "grpc"],
    ["Connect", traceOf("b"), "connect_rpc"],
  ])("goes on with the trace of a caller over %s", (_, traceId, system) => {
    const names = ["BatchUpdateBlobs", "FindMissingBlobs", "FindMissingBlobs"];
    const spans = inTrace(traceId).filter(({ message }) => message.kind === Span_SpanKind.SERVER);
    expect(spans.map(({ attributes }) => attributes["rpc.method"])).toEqual(names);
    for (const span of spans) {
      expect(span).toMatchObject({
        parentId,
        message: { traceState: "vendor=one,other=two", flags: 0x301 },
      });
      expect(span.attributes).toMatchObject({
        "rpc.system": system,
        "rpc.service": "build.bazel.remote.execution.v2.ContentAddressableStorage",
        "hayloft.principal": "anonymous",
      });
    }
    const [, found, refused] = spans;
    expect(found?.attributes).toMatchObject({
      "hayloft.store": "cas",
      "hayloft.verb": "find",
      "hayloft.hits": 1,
      "hayloft.misses": 1,
      "hayloft.digest": blob.digest.hash,
    });
    expect(refused?.attributes).toMatchObject(
      system === "grpc"
        ? { "rpc.grpc.status_code": 3, "error.type": "invalid-argument" }
        : { "rpc.connect_rpc.error_code": "invalid_argument" },
    );
    // The caller's mistake is none of the server's.
    expect(refused?.message.status?.code ?? 0).toBe(Status_StatusCode.UNSET);
  });

  test("shows the calls of its stores within their requests", () => {
    for (const traceId of [traceOf("a"), traceOf("b")]) {
      const [find] = served(traceId, "ContentAddressableStorage/FindMissingBlobs");
      const [update] = served(traceId, "ContentAddressableStorage/BatchUpdateBlobs");
      const ofFind = inTrace(traceId).filter((span) => span.parentId === find?.spanId);
      const ofUpdate = inTrace(traceId).filter((span) => span.parentId === update?.spanId);
      expect(ofFind.map(({ name }) => name)).toEqual(["BlobStore.findMissing"]);
      expect(ofFind[0]?.attributes).toEqual({ "hayloft.asked": 2, "hayloft.misses": 1 });
      expect(ofUpdate.map(({ name }) => name)).toContain("BlobStore.findMissing");
      expect([...ofFind, ...ofUpdate].map(({ message }) => message.kind)).not.toContain(
        Span_SpanKind.SERVER,
      );
    }
    for (const { message, parentId: parent } of collector.spans) {
      const of = collector.spans.find(({ spanId }) => spanId === parent)?.message;
      if (of === undefined) continue;
      expect(message.startTimeUnixNano).toBeGreaterThanOrEqual(of.startTimeUnixNano);
      expect(message.endTimeUnixNano).toBeLessThanOrEqual(of.endTimeUnixNano);
    }
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const [first] = collector.spans;
    expect(nowNs - (first?.message.startTimeUnixNano ?? 0n)).toBeLessThan(60_000_000_000n);
  });

  test("tells of HTTP by its conventions", () => {
    const [put] = served(traceOf("c"), "PUT cas");
    expect(put?.attributes).toMatchObject({
      "http.request.method": "PUT",
      "http.route": "/cas/{hash}",
      "http.response.status_code": 200,
      "hayloft.verb": "put",
    });
    const [get] = served(traceOf("d"), "GET cas");
    expect(get).toMatchObject({
      parentId,
      attributes: { "hayloft.hits": 1, "hayloft.bytes": 500 },
    });
    const child = inTrace(traceOf("d")).find((span) => span.parentId === get?.spanId);
    expect(child).toMatchObject({ name: "BlobStore.get", attributes: { "hayloft.hit": true } });
    const [missed] = served(traceOf("e"), "GET cas");
    expect(missed?.attributes).toMatchObject({
      "http.response.status_code": 404,
      "hayloft.misses": 1,
    });
  });

  test("leaves out what its caller does not trace, what is beyond the ratio, and checks of health", () => {
    expect([...new Set(collector.spans.map(({ traceId }) => traceId))]).toEqual(
      ["a", "b", "c", "d", "e"].map(traceOf),
    );
  });

  test("says who it is, where it was told to", () => {
    expect(collector.resource).toMatchObject({
      "service.name": "cache of a test",
      "deployment.environment.name": "a,b",
    });
    expect(collector.resource["service.version"]).toMatch(/^\d/);
    expect(collector.headers[0]).toMatchObject({
      ":path": "/v1/traces",
      "content-type": "application/x-protobuf",
      "x-team": "one two",
    });
    expect(server.output()).not.toContain("one two");
  });
});

test("threads that serve have their traces each", async () => {
  await using collector = await startCollector();
  await using server = await startHayloft({
    args: ["--workers", "2"],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: "always_on" },
  });
  const url = `http://${server.address}/cas/${blob.digest.hash}`;
  for (let n = 0; n < 10; n += 1) {
    await fetch(url, {
      headers: { connection: "close", traceparent: sampled(traceOf("a"), "00").traceparent },
    });
  }
  await server.stop();
  // What always samples does not ask what its caller does.
  expect(collector.spans.filter(({ name }) => name === "GET cas")).toHaveLength(10);
});

test("a collector that is not there keeps nobody waiting, and is told of once", async () => {
  const collector = await startCollector();
  await collector[Symbol.asyncDispose]();
  await using server = await startHayloft({
    args: ["--store", "memory", "--trace-endpoint", collector.url, "--trace-ratio", "1"],
  });
  const url = `http://${server.address}/cas/${blob.digest.hash}`;
  for (let n = 0; n < 300; n += 1) expect((await fetch(url)).status).toBe(404);
  const text = await (await fetch(`http://${server.address}/metrics`)).text();
  expect(text).toMatch(/^hayloft_spans_exported_total 0$/m);
  expect(await server.stop()).toBe(0);
  expect(server.output().match(/traces are dropped.*\(ECONNREFUSED\)/g)).toHaveLength(1);
});
