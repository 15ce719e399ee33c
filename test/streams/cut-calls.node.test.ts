import { once } from "node:events";
import { type ClientHttp2Stream, constants } from "node:http2";
import { describe, it } from "vitest";
import {
  BatchUpdateBlobsRequestSchema,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { blobOf, isPresent, largeBlob, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { readName, uploadOf, writeBlob, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { bytesOf, KIB, MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { pausedUploads } from "../support/paused-uploads.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";
import { Traces } from "../support/traces.node.ts";

const CALLS = 700;
const MAX_GROWTH_MIB = 100;

/** Calls that are reset, on a connection that goes on: more of them than may be open at once. */
describe("a call that is cancelled leaves nothing in others' way", () => {
  it("after any number of an upload's messages", async ({ expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "8MiB"] });
    const traces = await Traces.before(hayloft);
    const blob = blobOf(bytesOf(512 * KIB));
    const session = open(hayloft.url);
    for (let call = 0; call < CALLS; call++) {
      const stream = openCall(session, pathOf(ByteStream.method.write));
      const messages = [...uploadOf(writeName("", blob), blob, 32 * KIB)];
      for (const message of messages.slice(0, call % messages.length)) {
        stream.write(envelope(encode(WriteRequestSchema, message)));
      }
      // Half of them also stop in the middle of a message.
      if (call % 2 === 0) stream.write(Buffer.from([0, 0, 1, 0, 0, 10]));
      stream.close(constants.NGHTTP2_CANCEL);
      if (call % 50 === 0) await once(stream, "close");
    }
    session.destroy();
    await traces.expectGone(expect);
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    expect(await isPresent(clientsOn(connection), "", blob)).toBe(false);
    // As many wait to be resumed as the store has room for, and go as soon as others need it.
    expect(await pausedUploads(hayloft)).toBeGreaterThan(0);
    await traces.expectAllRoom(expect);
    expect(await pausedUploads(hayloft)).toBe(0);
  });

  it("with its share of the memory for requests", async () => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
    const message = encode(BatchUpdateBlobsRequestSchema, {
      requests: [{ data: new Uint8Array(3 * MIB) }],
    });
    const session = open(hayloft.url);
    for (let call = 0; call < 200; call++) {
      const stream = openCall(session, pathOf(ContentAddressableStorage.method.batchUpdateBlobs));
      const sent = envelope(message).subarray(0, -1);
      await new Promise<void>((resolve) => stream.write(sent, () => resolve()));
      stream.close(constants.NGHTTP2_CANCEL);
    }
    session.destroy();
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    await upload(clientsOn(connection), "", largeBlob(3 * MIB));
  });

  it("at any place of a download", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
    const traces = await Traces.before(hayloft);
    const blob = largeBlob(16 * MIB);
    {
      using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
      await writeBlob(clientsOn(connection), "", blob);
    }
    const before = await residentBytes(hayloft.pid);
    const session = open(hayloft.url);
    for (let call = 0; call < CALLS; call++) {
      const stream = openCall(session, pathOf(ByteStream.method.read));
      stream.end(envelope(encode(ReadRequestSchema, { resourceName: readName("", blob) })));
      await takeAbout((call % 30) * 30 * KIB, stream);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    session.destroy();
    await traces.expectGone(expect);
    const { now } = await residentBytes(hayloft.pid);
    const grownMib = Math.round((now - before.now) / MIB);
    await annotate(`the server grew by ${grownMib} MiB over ${CALLS} cancelled downloads`);
    expect(grownMib).toBeLessThan(MAX_GROWTH_MIB);
  });
});

/** Reads until `bytes` have come, or the stream has ended. */
async function takeAbout(bytes: number, stream: ClientHttp2Stream): Promise<void> {
  let taken = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    taken += (chunk as Buffer).byteLength;
    if (taken >= bytes) return;
  }
}
