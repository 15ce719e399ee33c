import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { describe, expect, test } from "vitest";
import { type Blob, blobOf, upload } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { get, put } from "../conformance/http.node.ts";
import { outcome } from "../conformance/outcome.ts";
import { read, readName, writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Target } from "../conformance/target.ts";
import { bytesOf } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { parsePrometheus, type PrometheusPage } from "../support/prometheus.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";
import { newToken, tokenHashVariables, tokens } from "../support/tokens.node.ts";

const large = blobOf(bytesOf(300_000));
const small = blobOf(bytesOf(50));
const missing = blobOf(bytesOf(70));
const absent = missing.digest;
const exitedWell = { exitCode: 0 };

async function metricsOf({ url }: Hayloft, token?: string): Promise<PrometheusPage> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/metrics`, { headers });
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return parsePrometheus(await response.text());
}

/** Some of everything: what is found and what is not, with a few bytes and many. */
async function work(clients: Clients, instanceName: string, fresh: Blob): Promise<void> {
  const { cas, actions, byteStream } = clients;
  await upload(clients, instanceName, large, small);
  await writeBlob(clients, instanceName, fresh);
  await read({ byteStream }, readName(instanceName, large));
  await outcome(read({ byteStream }, readName(instanceName, missing)));
  await cas.batchReadBlobs({ instanceName, digests: [small.digest, absent] });
  await cas.findMissingBlobs({ instanceName, blobDigests: [small.digest, absent] });
  await outcome(actions.getActionResult({ instanceName, actionDigest: absent }));
  await actions.updateActionResult({
    instanceName,
    actionDigest: small.digest,
    actionResult: exitedWell,
  });
  await actions.getActionResult({ instanceName, actionDigest: small.digest });
}

describe.for(["grpc", "connect", "grpc-web"] as const)("over %s", (protocol) => {
  test.for(["1", "2"])("requests are counted as they end, by %s threads", async (workers) => {
    await using server = await startHayloft({ args: ["--workers", workers] });
    const headers = { [METADATA_HEADER]: metadataHeader({ actionMnemonic: "Javac" }) };
    const target = createTarget({ baseUrl: server.url, protocol, headers });
    using connection = target.connect();
    await work(clientsOn(connection), "team", blobOf(bytesOf(1000, 2)));

    const { sum } = await metricsOf(server);
    const requests = (rpc: string, code: string): number =>
      sum("hayloft_requests_total", { protocol, rpc, code });
    expect(requests("ByteStream/Read", "OK")).toBe(1);
    expect(requests("ByteStream/Read", "NOT_FOUND")).toBe(1);
    expect(requests("ByteStream/Write", "OK")).toBe(1);
    expect(requests("ContentAddressableStorage/BatchReadBlobs", "OK")).toBe(1);
    expect(requests("ActionCache/GetActionResult", "OK")).toBe(1);
    expect(requests("ActionCache/GetActionResult", "NOT_FOUND")).toBe(1);
    const missed = { rpc: "ActionCache/GetActionResult", code: "NOT_FOUND" };
    expect(sum("hayloft_request_first_byte_seconds_count", missed)).toBe(1);
    const timed = { rpc: "ByteStream/Read", code: "OK" };
    expect(sum("hayloft_request_duration_seconds_count", timed)).toBe(1);
    const firstByte = sum("hayloft_request_first_byte_seconds_sum", timed);
    expect(firstByte).toBeGreaterThan(0);
    expect(sum("hayloft_request_duration_seconds_sum", timed)).toBeGreaterThanOrEqual(firstByte);

    const lookups = (store: string, verb: string, found: string): number =>
      sum("hayloft_lookups_total", { store, verb, instance_name: "team", result: found });
    expect([lookups("cas", "put", "hit"), lookups("cas", "put", "miss")]).toEqual([0, 3]);
    expect([lookups("cas", "get", "hit"), lookups("cas", "get", "miss")]).toEqual([2, 2]);
    expect([lookups("cas", "find", "hit"), lookups("cas", "find", "miss")]).toEqual([1, 1]);
    expect([lookups("ac", "get", "hit"), lookups("ac", "get", "miss")]).toEqual([1, 1]);
    expect(lookups("ac", "put", "miss")).toBe(1);
    const bytes = (verb: string): number =>
      sum("hayloft_entry_bytes_total", { store: "cas", verb, instance_name: "team" });
    expect([bytes("put"), bytes("get")]).toEqual([301_050, 300_050]);
    expect(sum("hayloft_find_missing_digests_sum")).toBe(2);
    expect(sum("hayloft_find_missing_hit_ratio_sum")).toBe(0.5);
    const action = { instance_name: "team", principal: "anonymous", mnemonic: "Javac" };
    expect(sum("hayloft_action_lookups_total", { ...action, result: "hit" })).toBe(1);
    expect(sum("hayloft_action_lookups_total", { ...action, result: "miss" })).toBe(1);
    // The one that asks.
    expect(sum("hayloft_requests_in_flight")).toBe(1);
    expect(sum("hayloft_request_bytes_held")).toBe(0);
  });
});

test("requests over HTTP are counted by what they name, and others as unknown", async () => {
  await using server = await startHayloft();
  const where = { target: httpTarget(server), instanceName: "team" };
  await put(where, "cas", large.digest, large.data);
  await put(where, "cas", large.digest, large.data);
  await get(where, "cas", large.digest);
  await get(where, "cas", absent);
  await fetch(`${server.url}/team/cas/${large.digest.hash}`, { method: "HEAD" });
  await fetch(`${server.url}/team/cas/${large.digest.hash}`, { method: "DELETE" });
  await fetch(`${server.url}/whatever`);
  await fetch(`${server.url}/team/cas/tooshort`);

  const { sum } = await metricsOf(server);
  const requests = (rpc: string, code: string): number =>
    sum("hayloft_requests_total", { protocol: "http", rpc, code });
  expect([requests("PUT cas", "OK"), requests("GET cas", "OK")]).toEqual([2, 1]);
  expect([requests("HEAD cas", "OK"), requests("GET cas", "NOT_FOUND")]).toEqual([1, 1]);
  expect(requests("GET cas", "INVALID_ARGUMENT")).toBe(1);
  expect([requests("unknown", "UNIMPLEMENTED"), requests("unknown", "NOT_FOUND")]).toEqual([1, 1]);
  expect(sum("hayloft_errors_total", { rpc: "GET cas", error: "invalid-argument" })).toBe(1);
  const lookups = (verb: string, result: string): number =>
    sum("hayloft_lookups_total", { store: "cas", verb, instance_name: "team", result });
  expect([lookups("put", "miss"), lookups("put", "hit")]).toEqual([1, 1]);
  expect([lookups("get", "hit"), lookups("get", "miss"), lookups("find", "hit")]).toEqual([
    1, 1, 1,
  ]);
});

test("what the RPC library refuses by itself is counted as it was answered", async () => {
  await using server = await startHayloft();
  const path = "/build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs";
  const client = connectHttp2(server.url);
  for (const header of [{ "grpc-timeout": "soon" }, { "grpc-encoding": "unheard" }]) {
    const type = "application/grpc";
    const stream = client.request({
      ":method": "POST",
      ":path": path,
      "content-type": type,
      ...header,
    });
    stream.resume().end();
    await once(stream, "close");
  }
  client.close();
  const headers = { "content-type": "application/json", "content-encoding": "unheard" };
  await fetch(server.url + path, { method: "POST", headers, body: "{}" });
  const { sum } = await metricsOf(server);
  const requests = (protocol: string, code: string): number =>
    sum("hayloft_requests_total", { protocol, code });
  expect([requests("grpc", "OK"), requests("connect", "INTERNAL")]).toEqual([0, 0]);
  expect([requests("grpc", "INVALID_ARGUMENT"), requests("grpc", "UNIMPLEMENTED")]).toEqual([1, 1]);
  expect(requests("connect", "UNIMPLEMENTED")).toBe(1);
});

test("a body that cannot be taken has its class and a reason in the log", async () => {
  await using server = await startHayloft({ env: { HAYLOFT_LOG_LEVEL: "info" } });
  const headers = { "content-encoding": "unheard" };
  const path = `${server.url}/cas/${absent.hash}`;
  await fetch(path, { method: "PUT", headers, body: "a" });
  await expect.poll(() => server.output()).toMatch(/"class":"invalid-argument","error":".*unheard/);
});

test("a request whose client left in the middle of it ends as cancelled", async () => {
  await using server = await startHayloft();
  const sending = httpRequest(`${server.url}/cas/${absent.hash}`, {
    method: "PUT",
    headers: { "content-length": "70" },
  });
  sending.on("error", () => undefined).write("a");
  const seen = async (): Promise<PrometheusPage> => await metricsOf(server);
  await expect.poll(async () => (await seen()).sum("hayloft_requests_in_flight")).toBe(2);
  sending.destroy();
  await expect.poll(async () => (await seen()).sum("hayloft_requests_in_flight")).toBe(1);
  const { sum } = await seen();
  const puts = { rpc: "PUT cas" };
  expect(sum("hayloft_requests_total", { ...puts, code: "CANCELLED" })).toBe(1);
  expect(sum("hayloft_request_first_byte_seconds_count", puts)).toBe(0);
});

test.for(["grpc", "connect"] as const)("who is refused over %s is counted", async (protocol) => {
  await using server = await startHayloft({ env: tokenHashVariables });
  const blobDigests = [absent];
  const ask = async (authorization: string): Promise<unknown> => {
    using connection = createTarget({ baseUrl: server.url, protocol }).connect({ authorization });
    return await outcome(clientsOn(connection).cas.findMissingBlobs({ blobDigests }));
  };
  expect(await ask("Bearer wrong")).toBe("Unauthenticated");
  using reader = createTarget({ baseUrl: server.url, protocol }).connect({
    authorization: `Bearer ${tokens.read}`,
  });
  const actionResult = exitedWell;
  const actionDigest = absent;
  const { actions } = clientsOn(reader);
  expect(await outcome(actions.updateActionResult({ actionDigest, actionResult }))).toBe(
    "PermissionDenied",
  );
  const { sum } = await metricsOf(server, tokens.read);
  const find = { protocol, rpc: "ContentAddressableStorage/FindMissingBlobs" };
  expect(sum("hayloft_requests_total", { ...find, code: "UNAUTHENTICATED" })).toBe(1);
  const update = { protocol, rpc: "ActionCache/UpdateActionResult" };
  expect(sum("hayloft_requests_total", { ...update, code: "PERMISSION_DENIED" })).toBe(1);
  expect(sum("hayloft_errors_total", { rpc: update.rpc, error: "permission-denied" })).toBe(1);
});

test("who may not read every instance is told no names", async () => {
  const [whole, part] = [newToken("whole"), newToken("part")];
  const grants = (instance: string): unknown => [{ instance, rights: ["ac-read"] }];
  const access = {
    tokens: [
      { sha256: whole.sha256, subject: "prometheus", grants: grants("**") },
      { sha256: part.sha256, subject: "team-a", grants: grants("a/**") },
    ],
  };
  await using server = await startHayloft({ args: ["--access", JSON.stringify(access)] });
  const ask = async (token: string, instanceName: string): Promise<unknown> => {
    const authorization = `Bearer ${token}`;
    using connection = createTarget({ baseUrl: server.url, protocol: "grpc" }).connect({
      authorization,
    });
    const { actions } = clientsOn(connection);
    return await outcome(actions.getActionResult({ instanceName, actionDigest: absent }));
  };
  expect([await ask(whole.token, "b/x"), await ask(part.token, "a")]).toEqual([
    "NotFound",
    "NotFound",
  ]);
  const namesFor = async (token: string): Promise<unknown> => {
    const { samples, sum } = await metricsOf(server, token);
    const of = samples.filter(({ name }) => name === "hayloft_action_lookups_total");
    const names = of.map(({ labels }) => [labels["instance_name"], labels["principal"]]);
    return [sum("hayloft_action_lookups_total"), names];
  };
  const named = [
    ["b/x", "prometheus"],
    ["a", "team-a"],
  ];
  expect(await namesFor(whole.token)).toEqual([2, named]);
  expect(await namesFor(part.token)).toEqual([2, [["", ""]]]);
});

test("every thread is measured, that which keeps the store as well", async () => {
  await using server = await startHayloft({ args: ["--workers", "2"] });
  const { samples } = await metricsOf(server);
  const threads = samples.filter(({ name }) => name === "hayloft_heap_bytes");
  expect(new Set(threads.map(({ labels }) => labels["thread"]))).toEqual(new Set(["0", "1", "2"]));
});

test("the store and the process are measured", async () => {
  await using server = await startHayloft();
  const before = await metricsOf(server);
  expect(before.sum("hayloft_store_used_bytes", { store: "blobs" })).toBe(0);
  await put({ target: httpTarget(server), instanceName: "" }, "cas", large.digest, large.data);
  const { sum, types } = await metricsOf(server);
  expect(sum("hayloft_store_used_bytes", { store: "blobs" })).toBeGreaterThanOrEqual(300_000);
  expect(sum("hayloft_store_size_bytes", { store: "actions" })).toBeGreaterThan(0);
  expect(sum("hayloft_map_lookups_total", { store: "blobs" })).toBeGreaterThan(0);
  expect(sum("hayloft_map_overflows_total")).toBe(0);
  expect(sum("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(sum("process_start_time_seconds")).toBeCloseTo(Date.now() / 1000, -2);
  expect(sum("process_open_fds") > 10 || process.platform !== "linux").toBe(true);
  expect(sum("hayloft_build_info")).toBe(1);
  expect(types.get("hayloft_request_duration_seconds")).toBe("histogram");
});

test("an answer that a client breaks off ends as cancelled", async () => {
  await using server = await startHayloft();
  const huge = blobOf(bytesOf(40_000_000));
  await put({ target: httpTarget(server), instanceName: "" }, "cas", huge.digest, huge.data);
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/cas/${huge.digest.hash}`, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  const cancelled = { rpc: "GET cas", code: "CANCELLED" };
  await expect
    .poll(async () => (await metricsOf(server)).sum("hayloft_requests_total", cancelled))
    .toBe(1);
});

function httpTarget({ url }: Hayloft): Target {
  return createTarget({ baseUrl: url, protocol: "connect" });
}
