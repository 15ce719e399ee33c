import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { type IncomingMessage, request as startRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ActionCache,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { pathOf } from "../support/raw-grpc.node.ts";
import { newToken, tokenHashVariables } from "../support/tokens.node.ts";

const GRPC_UNAUTHENTICATED = "16";
const UPLOADS = 1000;
const put = { ":method": "PUT", "content-length": "1000000" };
const post = { ":method": "POST" };
const [blob, action] = [`/cas/${"a".repeat(64)}`, `/ac/${"a".repeat(64)}`];
const write = pathOf(ByteStream.method.write);
const batch = pathOf(ContentAddressableStorage.method.batchUpdateBlobs);
const splice = pathOf(ContentAddressableStorage.method.spliceBlob);
const update = pathOf(ActionCache.method.updateActionResult);

/** Each way in which something is uploaded: the head of its request. */
const uploads: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Write over gRPC": { ...post, ":path": write, "content-type": "application/grpc" },
  "a batch over gRPC": { ...post, ":path": batch, "content-type": "application/grpc" },
  "a splice over gRPC": { ...post, ":path": splice, "content-type": "application/grpc" },
  "an action result over gRPC": { ...post, ":path": update, "content-type": "application/grpc" },
  "a compressed batch over gRPC": {
    ...post,
    ":path": batch,
    "content-type": "application/grpc",
    "grpc-encoding": "gzip",
  },
  "Write over gRPC-Web": { ...post, ":path": write, "content-type": "application/grpc-web" },
  "a batch over gRPC-Web": { ...post, ":path": batch, "content-type": "application/grpc-web" },
  "a batch over Connect": { ...post, ":path": batch, "content-type": "application/proto" },
  "a batch in JSON": { ...post, ":path": batch, "content-type": "application/json" },
  "Write over Connect": { ...post, ":path": write, "content-type": "application/connect+proto" },
  "a blob over HTTP": { ...put, ":path": blob },
  "a compressed blob over HTTP": { ...put, ":path": blob, "content-encoding": "zstd" },
  "an action result over HTTP": { ...put, ":path": action },
  "what is no upload": { ...put, ":path": "/nowhere" },
};
const names = Object.keys(uploads);

const credentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no credential": {},
  "a wrong one": { authorization: `Bearer ${newToken("wrong").token}` },
};

type Head = Readonly<Record<string, unknown>>;

/** What says how a request ended: its head, its trailers, and its body, where gRPC-Web and Connect say it. */
async function saysUnauthenticated(heads: readonly Head[], body: AsyncIterable<Buffer>) {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return (
    heads.some((head) => head["grpc-status"] === GRPC_UNAUTHENTICATED || head[":status"] === 401) ||
    /unauthenticated|grpc-status: ?16/.test(text)
  );
}

describe.each(["own", "node"])("with %s HTTP/2, and of its body not a byte sent", (http2) => {
  let server: Hayloft;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    server = await startHayloft({ args: ["--http2", http2], env: tokenHashVariables });
    session = connect(server.url);
  });
  afterAll(async () => {
    session.destroy();
    await server.stop();
  });

  describe.each(Object.keys(credentials))("and %s", (credential) => {
    test.for(names)("%s is refused, and its stream is over", async (name) => {
      const head = { ...uploads[name], ...credentials[credential] };
      const stream = session.request(head, { endStream: false });
      // Its client has not ended it, and need not.
      const closed = once(stream, "close");
      const heads: Head[] = [];
      stream.on("response", (found: Head) => heads.push(found));
      stream.on("trailers", (found: Head) => heads.push(found));
      expect(await saysUnauthenticated(heads, stream)).toBe(true);
      await closed;
      expect(stream.rstCode).toBe(0);
    });

    test.for(names.filter((name) => !name.endsWith("over gRPC")))(
      "%s is refused over HTTP/1.1",
      async (name) => {
        const { ":method": method, ":path": path, ...headers } = uploads[name] ?? {};
        const request = startRequest(`${server.url}${path}`, {
          method,
          headers: { "content-length": "1000000", ...headers, ...credentials[credential] },
        });
        request.on("error", () => undefined).flushHeaders();
        const [response] = (await once(request, "response")) as [IncomingMessage];
        const head = { ...response.headers, ":status": response.statusCode };
        expect(await saysUnauthenticated([head], response)).toBe(true);
        request.destroy();
      },
    );
  });

  test("uploads that their clients never end leave room for others", async () => {
    const all = Array.from({ length: UPLOADS }, async (_, index) => {
      const head = uploads[names[index % names.length] ?? ""] ?? {};
      const stream = session.request(head, { endStream: false });
      stream.on("error", () => undefined).resume();
      await once(stream, "close");
    });
    await Promise.all(all);
    expect((await fetch(`${server.url}/status`)).status).toBe(200);
  });
});
