import { connect, type ClientHttp2Session } from "node:http2";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  BatchReadBlobsRequestSchema,
  ContentAddressableStorage,
  FindMissingBlobsRequestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { blobOf } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { MIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { answerTo, encode, envelope, openCall, pathOf } from "../support/raw-grpc.node.ts";
import { startUploadServer, type UploadServer } from "../support/upload-server.node.ts";

const findMissing = pathOf(ContentAddressableStorage.method.findMissingBlobs);
const write = pathOf(ByteStream.method.write);

let server: UploadServer;
/** Of a client that takes nothing of any answer. */
let session: ClientHttp2Session;

beforeEach(async () => {
  server = await startUploadServer();
  session = connect(server.url, { settings: { initialWindowSize: 0 } });
  session.on("error", () => undefined);
});

afterEach(async () => {
  session.destroy();
  await server[Symbol.asyncDispose]();
});

test("what comes behind an early answer counts for nothing", async () => {
  const { digest } = await blobOf(0);
  const resourceName = `uploads/x/blobs/${digest.hash}/0`;
  const stream = openCall(session, write);
  stream.write(envelope(encode(WriteRequestSchema, { resourceName })));
  await new Promise((resolve) => stream.once("response", resolve));
  // The answer waits for a window; a large message begins meanwhile.
  const begun = envelope(new Uint8Array(2 * MIB)).subarray(0, MIB / 2);
  await new Promise((resolve) => stream.write(begun, resolve));
  const other = openCall(session, findMissing);
  other.end(envelope(encode(FindMissingBlobsRequestSchema, {})));
  await new Promise((resolve) => other.once("response", resolve));
  await expect.poll(() => server.budget.heldBytes).toBe(0);
});

test("an answer counts until its client has taken it, or is gone", async () => {
  const { digest, bytes } = await blobOf(MIB);
  await server.cache.blobs.findMissing([digest], callFor());
  await server.cache.memory.put(digest, bodyOf(bytes), callFor());
  const digests = [{ hash: digest.hash, sizeBytes: BigInt(digest.sizeBytes) }];
  const stream = openCall(session, pathOf(ContentAddressableStorage.method.batchReadBlobs));
  stream.end(envelope(encode(BatchReadBlobsRequestSchema, { digests })));
  await new Promise((resolve) => stream.once("response", resolve));
  expect(server.budget.heldBytes).toBeGreaterThan(MIB);
  session.destroy();
  await expect.poll(() => server.budget.heldBytes).toBe(0);
});

test.each([
  ["half a message", findMissing, envelope(new Uint8Array(100)).subarray(0, 50)],
  ["nothing", write, Buffer.alloc(0)],
])("a deadline ends a call that has sent %s", async (_, path, body) => {
  const stream = openCall(session, path, { "grpc-timeout": "100m" });
  stream.write(body);
  expect(await answerTo(stream)).toMatchObject({ status: 4 });
});

test("a deadline far away is none that has passed", async () => {
  const stream = openCall(session, findMissing, { "grpc-timeout": "99999999H" });
  stream.end(envelope(encode(FindMissingBlobsRequestSchema, { instanceName: "//" })));
  expect(await answerTo(stream)).toMatchObject({ status: 3 });
});
