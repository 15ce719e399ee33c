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
import { type Blob, blobOf, isPresent, largeBlob, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { readName, uploadOf, writeBlob, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { bytesOf, KIB, MIB } from "../support/bytes.ts";
import { FrameClient } from "../support/frame-client.node.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { callHeaders, type Frame, frame, uint32 } from "../support/http2-frames.node.ts";
import { pausedUploads } from "../support/paused-uploads.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";
import { Leftovers } from "../support/leftovers.node.ts";

const CALLS = 700;
/** Small enough for each to travel in one frame. */
const MESSAGE_BYTES = 16_000;
const MESSAGES = 16;
const MAX_GROWTH_MIB = 100;

/** Calls that are reset, on a connection that goes on: more of them than may be open at once. */
describe("a call that is cancelled leaves nothing in others' way", () => {
  it("after any number of an upload's messages", async ({ expect }) => {
    await using hayloft = await startHayloft({
      args: ["--store", "memory", "--size", "8MiB"],
      // That there is no room is what they are about, and the log would tell.
      env: { HAYLOFT_LOG_LEVEL: "error" },
    });
    const leftovers = await Leftovers.before(hayloft);
    const blob = blobOf(bytesOf(MESSAGES * MESSAGE_BYTES));
    const port = Number(new URL(hayloft.url).port);
    {
      using client = await FrameClient.open(port);
      for (let call = 0; call < CALLS; call++) {
        // Half of them also stop in the middle of a message.
        const end = call % 2 === 0 ? [Buffer.from([0, 0, 1, 0, 0, 10])] : [];
        client.send(...cancelledUpload(blob, call % MESSAGES, end, 2 * call + 1));
        // What these took of the connection's window is free again by then.
        if (call % MESSAGES === 0) await client.settled();
      }
    }
    await leftovers.expectGone(expect);
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    expect(await isPresent(clientsOn(connection), "", blob)).toBe(false);
    // They wait to be resumed; one that found no room has ended all that waited.
    const withAnother = async (): Promise<number> => {
      using client = await FrameClient.open(port);
      client.send(...cancelledUpload(blob, 2, [], 1));
      await client.settled();
      return await pausedUploads(hayloft);
    };
    await expect.poll(withAnother).toBeGreaterThan(0);
    // Those that wait go as soon as others need the room.
    await leftovers.expectAllRoom(expect);
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
    const leftovers = await Leftovers.before(hayloft);
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
    await leftovers.expectGone(expect);
    const { now } = await residentBytes(hayloft.pid);
    const grownMib = Math.round((now - before.now) / MIB);
    await annotate(`the server grew by ${grownMib} MiB over ${CALLS} cancelled downloads`);
    expect(grownMib).toBeLessThan(MAX_GROWTH_MIB);
  });
});

/**
 * An upload that its client resets behind so many messages and `end`. Frame by frame, for the server may have refused it
 * by then, and Node's own client frees a stream twice when both sides reset it (nodejs/node#38964).
 */
function cancelledUpload(
  blob: Blob,
  messageCount: number,
  end: readonly Buffer[],
  streamId: number,
): Frame[] {
  const messages = [...uploadOf(writeName("", blob), blob, MESSAGE_BYTES)]
    .slice(0, messageCount)
    .map((message) => envelope(encode(WriteRequestSchema, message)));
  return [
    callHeaders(pathOf(ByteStream.method.write), streamId),
    ...[...messages, ...end].map((payload) => frame("data", { streamId, payload })),
    frame("rstStream", { streamId, payload: uint32(constants.NGHTTP2_CANCEL) }),
  ];
}

/** Reads until `bytes` have come, or the stream has ended. */
async function takeAbout(bytes: number, stream: ClientHttp2Stream): Promise<void> {
  let taken = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    taken += (chunk as Buffer).byteLength;
    if (taken >= bytes) return;
  }
}
