import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { beforeAll, afterAll, expect, test } from "vitest";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { drain, outcome, streamOutcome } from "../conformance/outcome.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { type Logged, loggedIn } from "../support/logged.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";
import { tokenHashVariables, tokens } from "../support/tokens.node.ts";

let server: Hayloft;

beforeAll(async () => {
  const env = { HAYLOFT_LOG_LEVEL: "info", ...tokenHashVariables };
  server = await startHayloft({ args: ["--store", "memory"], env });
});
afterAll(async () => await server.stop());

const metadata = {
  toolDetails: { toolName: "bazel", toolVersion: "8.0.0" },
  toolInvocationId: "a-build",
  actionId: "an-action",
  actionMnemonic: "CppCompile",
  targetId: '//a:"b"\n{"level":"error"}\u2028\u001B[31m',
};
const said = {
  tool: "bazel",
  version: "8.0.0",
  invocation: "a-build",
  action: "an-action",
  mnemonic: "CppCompile",
  target: '//a:"b"?{"level":"error"}??[31m',
};
const headers = {
  authorization: `Bearer ${tokens.write}`,
  [METADATA_HEADER]: metadataHeader(metadata),
};

/** The lines that came since the last one that was asked for, once there are so many. */
let taken = 0;
async function lines(count: number): Promise<readonly Logged[]> {
  await expect.poll(() => loggedIn(server.output()).length).toBe(taken + count);
  const all = loggedIn(server.output());
  const fresh = all.slice(taken);
  taken = all.length;
  return fresh;
}

const whole = {
  time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
  level: "info",
  msg: "request",
  ms: expect.any(Number) as number,
};

test.for(["grpc", "connect"] as const)("a line for each RPC over %s", async (protocol) => {
  const transport = {
    grpc: createGrpcTransport({ baseUrl: server.url }),
    connect: createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" }),
  }[protocol];
  const cas = createClient(ContentAddressableStorage, transport);
  const bytes = createClient(ByteStream, transport);
  const data = randomBytes(100);
  const hash = sha256Hex(data);
  const about = { hash, size: 100 };
  const digest = { hash, sizeBytes: 100n };
  const instanceName = "team";
  const resourceName = `team/blobs/${hash}/100`;
  const read = async (): Promise<void> => {
    await drain(bytes.read({ resourceName }, { headers }));
  };

  expect(await outcome(read())).toBe("NotFound");
  await cas.batchUpdateBlobs({ instanceName, requests: [{ digest, data }] }, { headers });
  await read();
  const absent = { hash: "ab".repeat(32), sizeBytes: 5n };
  await cas.findMissingBlobs({ instanceName, blobDigests: [digest, absent] }, { headers });
  expect(await outcome(cas.findMissingBlobs({ instanceName }, {}))).toBe("Unauthenticated");
  expect(await streamOutcome(bytes.read({ resourceName: "no/name" }, { headers }))).toBe(
    "InvalidArgument",
  );

  const common = {
    ...whole,
    protocol,
    principal: "the holder of a token",
    instance: "team",
    ...said,
  };
  const find = "ContentAddressableStorage/FindMissingBlobs";
  expect(await lines(6)).toMatchObject([
    {
      ...common,
      rpc: "ByteStream/Read",
      code: "NOT_FOUND",
      class: "not-found",
      ...about,
      hits: 0,
      misses: 1,
    },
    {
      ...common,
      rpc: "ContentAddressableStorage/BatchUpdateBlobs",
      code: "OK",
      ...about,
      bytes: 100,
    },
    { ...common, rpc: "ByteStream/Read", code: "OK", ...about, hits: 1, misses: 0, bytes: 100 },
    { ...common, rpc: find, code: "OK", ...about, hits: 1, misses: 1 },
    { ...whole, protocol, rpc: find, code: "UNAUTHENTICATED", class: "unauthenticated" },
    {
      ...whole,
      protocol,
      rpc: "ByteStream/Read",
      code: "INVALID_ARGUMENT",
      class: "invalid-argument",
    },
  ]);
});

test("a line for each request over HTTP", async () => {
  const authorization = `Bearer ${tokens.read}`;
  const data = randomBytes(100);
  const hash = sha256Hex(data);
  const url = `${server.url}/team/cas/${hash}`;
  const agent = { "user-agent": "ccache/4.10" };
  const send = async (method: string, shown: string, path = url): Promise<number> => {
    const body = method === "PUT" ? { body: data } : {};
    const answer = await fetch(path, {
      method,
      headers: { ...agent, authorization: shown },
      ...body,
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  expect(await send("GET", authorization)).toBe(404);
  expect(await send("PUT", authorization)).toBe(403);
  expect(await send("PUT", `Bearer ${tokens.write}`)).toBe(200);
  expect(await send("GET", authorization)).toBe(200);
  expect(await send("GET", "Bearer another")).toBe(401);
  expect(await send("GET", authorization, `${server.url}/\u001B[31m`)).toBe(404);
  const common = { ...whole, protocol: "http", tool: "ccache/4.10" };
  const cas = { ...common, hash, instance: "team" };
  expect(await lines(6)).toMatchObject([
    { ...cas, rpc: "GET cas", code: "NOT_FOUND", class: "not-found", hits: 0, misses: 1 },
    { ...cas, rpc: "PUT cas", code: "PERMISSION_DENIED", class: "permission-denied" },
    { ...cas, rpc: "PUT cas", code: "OK", bytes: 100 },
    { ...cas, rpc: "GET cas", code: "OK", hits: 1, misses: 0, bytes: 100 },
    { ...common, rpc: "GET cas", code: "UNAUTHENTICATED", class: "unauthenticated" },
    { ...common, rpc: "unknown", code: "NOT_FOUND", class: "not-found" },
  ]);
});

test("who only looks whether the server is well has no line", async () => {
  for (const page of ["healthz", "readyz"]) await fetch(`${server.url}/${page}`);
  const { authorization } = headers;
  await fetch(`${server.url}/metrics`, { headers: { authorization } });
  await fetch(`${server.url}/cas/nothing`);
  expect(await lines(1)).toMatchObject([{ rpc: "GET cas", code: "UNAUTHENTICATED" }]);
});

test("what the client breaks off, and what comes too late", async () => {
  const { authorization } = headers;
  const upload = connect(Number(new URL(server.url).port), "127.0.0.1");
  const hash = sha256Hex(Buffer.from("whole"));
  upload.write(
    `PUT /cas/${hash} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\ncontent-length: 5\r\n\r\nwh`,
  );
  // Once a later request is answered, the server has begun with this one.
  await fetch(`${server.url}/healthz`);
  upload.destroy();
  expect(await lines(1)).toMatchObject([
    { ...whole, rpc: "PUT cas", code: "CANCELLED", class: "canceled", hash },
  ]);
  const bytes = createClient(ByteStream, createGrpcTransport({ baseUrl: server.url }));
  async function* endless(): AsyncGenerator<{ resourceName: string; data: Uint8Array }> {
    yield { resourceName: `uploads/a/blobs/${hash}/5`, data: new Uint8Array(1) };
    await new Promise(() => undefined);
  }
  expect(
    await outcome(bytes.write(endless(), { headers: { ...headers, "grpc-timeout": "300m" } })),
  ).toBe("DeadlineExceeded");
  expect(await lines(1)).toMatchObject([
    {
      ...whole,
      rpc: "ByteStream/Write",
      code: "DEADLINE_EXCEEDED",
      class: "deadline-exceeded",
      hash,
    },
  ]);
});

function sha256Hex(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

test.for([["1"], ["2"]])(
  "%s threads have written everything when the server has ended",
  async ([workers = "1"]) => {
    await using ended = await startHayloft({
      args: ["--workers", workers],
      env: { HAYLOFT_LOG_LEVEL: "info" },
    });
    const count = 200;
    const ask = async (index: number): Promise<number> =>
      (await fetch(`${ended.url}/cas/${index.toString(16).padStart(64, "0")}`)).status;
    const statuses = await Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
    expect(new Set(statuses)).toEqual(new Set([404]));
    await ended.stop();
    const requests = loggedIn(ended.output()).filter(({ msg }) => msg === "request");
    expect(new Set(requests.map(({ hash }) => hash)).size).toBe(count);
  },
);

test("text is for people, whatever standard error is", async () => {
  await using spoken = await startHayloft({
    args: ["--store", "memory", "--log-format", "text"],
    env: { HAYLOFT_LOG_LEVEL: "info" },
  });
  await fetch(`${spoken.url}/cas/${"0".repeat(64)}`);
  await expect
    .poll(() => spoken.output())
    .toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info  request rpc="GET cas" protocol=http code=NOT_FOUND ms=/m,
    );
});
