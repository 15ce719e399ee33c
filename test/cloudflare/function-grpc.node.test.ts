import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, describe, expect, test } from "vitest";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import {
  Capabilities,
  GetCapabilitiesRequestSchema,
  ServerCapabilitiesSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { largeBlob, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import { read, readName, writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { envelope, pathOf } from "../support/raw-grpc.node.ts";
import { startWorker, type TestWorker } from "../support/worker.node.ts";

const plain = await startWorker();
const converting = await startWorker({ HAYLOFT_OPEN: "1", HAYLOFT_EDGE_GRPC: "1" });
afterAll(async () => {
  for (const worker of [plain, converting]) await worker[Symbol.asyncDispose]();
});

const getCapabilities = pathOf(Capabilities.method.getCapabilities);
const noMessage = envelope(new Uint8Array());

async function post(
  { url }: TestWorker,
  path: string,
  contentType: string,
  body: Uint8Array,
): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const headers = { "content-type": contentType };
  const sent = new Uint8Array(body);
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body: sent });
  const answered = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body: answered };
}

/** What follows the one message of an answer, or all of it where there is none. */
function trailersOf(body: Buffer): { message: Buffer | undefined; trailers: string } {
  const hasMessage = body[0] === 0;
  const end = hasMessage ? 5 + body.readUInt32BE(1) : 0;
  expect(body[end]).toBe(0x80);
  expect(body.readUInt32BE(end + 1)).toBe(body.byteLength - end - 5);
  return {
    message: hasMessage ? body.subarray(5, end) : undefined,
    trailers: body.subarray(end + 5).toString(),
  };
}

describe.each([
  ["by default", plain],
  ["in a zone that converts gRPC", converting],
])("native gRPC, %s", (_, worker) => {
  test.for(["application/grpc", "application/grpc+proto", "application/grpc; charset=utf-8"])(
    "is refused as gRPC clients understand it, with the remedy: %s",
    async (contentType) => {
      const { status, headers, body } = await post(worker, getCapabilities, contentType, noMessage);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe(contentType);
      expect(headers.get("grpc-status")).toBe(String(Code.Unimplemented));
      expect(decodeURIComponent(headers.get("grpc-message") ?? "")).toMatch(/gRPC-Web.*on Node/);
      expect(body.byteLength).toBe(0);
    },
  );
});

describe("gRPC-Web", () => {
  test("keeps to its own form where no zone converts it", async () => {
    const { body } = await post(plain, getCapabilities, "application/grpc-web+proto", noMessage);
    expect(trailersOf(body).trailers).toBe("grpc-status: 0\r\n");
  });

  test("in a zone that converts it: a message and its trailers, without a space or a length", async () => {
    const request = envelope(
      toBinary(GetCapabilitiesRequestSchema, create(GetCapabilitiesRequestSchema)),
    );
    const type = "application/grpc-web+proto";
    const { status, headers, body } = await post(converting, getCapabilities, type, request);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe(type);
    expect(headers.has("content-length")).toBe(false);
    const { message, trailers } = trailersOf(body);
    expect(trailers).toBe("grpc-status:0\r\n");
    const { cacheCapabilities } = fromBinary(ServerCapabilitiesSchema, message ?? Buffer.alloc(0));
    const offered = defaultFunctions.map((name) => digestFunctions[name].value);
    expect(cacheCapabilities?.digestFunctions).toEqual(offered);
  });

  test("in a zone that converts it: an error has its code, words and details in the trailers", async () => {
    const path = pathOf(ByteStream.method.read);
    const request = create(ReadRequestSchema, { resourceName: "blobs/a: b/1" });
    const body = envelope(toBinary(ReadRequestSchema, request));
    const answer = await post(converting, path, "application/grpc-web+proto", body);
    const { trailers } = trailersOf(answer.body);
    for (const name of ["grpc-status", "grpc-message", "grpc-status-details-bin"]) {
      expect(trailers).toMatch(new RegExp(`^${name}:\\S.*\r$`, "m"));
    }
    expect(decodeURIComponent(trailers)).toContain('"a: b"');
  });

  test("in a zone that converts it: what does not exist is told in the body, too", async () => {
    const answer = await post(converting, "/no.Such/Rpc", "application/grpc-web", noMessage);
    expect(answer.headers.has("grpc-status")).toBe(false);
    const { trailers } = trailersOf(answer.body);
    expect(trailers).toMatch(/^grpc-status:12\r$/m);
  });

  test("in a zone that converts it: large answers arrive whole, and clients without it understand all", async () => {
    const options = { baseUrl: converting.url, protocol: "grpc-web", httpVersion: "1.1" } as const;
    const clients = clientsOn(createTarget(options).connect());
    const [streamed, batched] = [largeBlob(3_000_000), largeBlob(4_000_000)];
    expect(await writeBlob(clients, "", streamed)).toBe(3_000_000n);
    expect(Buffer.compare(await read(clients, readName("", streamed)), streamed.data)).toBe(0);
    await upload(clients, "", batched);
    const { responses } = await clients.cas.batchReadBlobs({ digests: [batched.digest] });
    expect(Buffer.compare(responses[0]?.data ?? Buffer.alloc(0), batched.data)).toBe(0);
    const missing = clients.actions.getActionResult({ actionDigest: batched.digest });
    await expect(missing).rejects.toMatchObject({ code: Code.NotFound });
  });
});

test("a compressed request is refused with what may be sent instead", async () => {
  const target = createTarget({ baseUrl: plain.url, protocol: "connect", httpVersion: "1.1" });
  using connection = target.connect({ gzip: true });
  const blob = largeBlob(10_000);
  expect(await outcome(upload(clientsOn(connection), "", blob))).toBe("Unimplemented");
  expect((await (await plain.bucket()).list()).objects).toEqual([]);
});
