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
import { type Blob, blobOf, isPresent, largeBlob } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { read, readName, uploadOf, writeBlob, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { bytesOf, KIB, MIB, sameBytes } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { callFrames, sessionBytes } from "../support/http2-frames.node.ts";
import { encode, envelope, pathOf } from "../support/raw-grpc.node.ts";
import { pausedUploads } from "../support/paused-uploads.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { cuts, sendAndLeave, takeAndLeave } from "./partial-sending.node.ts";
import { Leftovers } from "../support/leftovers.node.ts";

const SMALLEST = ["--store", "memory", "--size", "1MiB"];
const CUTS = 200;
const MAX_GROWTH_MIB = 100;

/** Small enough for the HTTP/2 windows that a connection begins with. */
const blob = blobOf(bytesOf(40 * KIB));

/** Everything that a client sends for an upload; the frame that ends the stream comes last, by itself. */
function writeSession(uploaded: Blob): Buffer {
  const messages = [...uploadOf(writeName("", uploaded), uploaded, 10_000)];
  const chunks = messages.map((message) => envelope(encode(WriteRequestSchema, message)));
  return sessionBytes(callFrames(pathOf(ByteStream.method.write), [...chunks, Buffer.alloc(0)]));
}

const END_FRAME_BYTES = 9;

function batchSession({ digest, data }: Blob): Buffer {
  const message = encode(BatchUpdateBlobsRequestSchema, { requests: [{ digest, data }] });
  const path = pathOf(ContentAddressableStorage.method.batchUpdateBlobs);
  return sessionBytes(callFrames(path, [envelope(message)]));
}

function putRequest({ digest, data }: Blob, path = "cas"): Buffer {
  const head = [
    `PUT /${path}/${digest.hash} HTTP/1.1`,
    "host: localhost",
    `content-length: ${data.byteLength}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), data]);
}

function readSession(blobToRead: Blob): Buffer {
  const message = encode(ReadRequestSchema, { resourceName: readName("", blobToRead) });
  return sessionBytes(callFrames(pathOf(ByteStream.method.read), [envelope(message)]));
}

function getRequest({ digest }: Blob): Buffer {
  return Buffer.from(`GET /cas/${digest.hash} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
}

async function sendCut(hayloft: Hayloft, whole: Buffer): Promise<void> {
  const places = cuts(whole.byteLength, CUTS);
  for (let at = 0; at < places.length; at += 20) {
    const sent = places.slice(at, at + 20).map(async (length, index) => {
      const leave = index % 2 === 0 ? "close" : "reset";
      await sendAndLeave(hayloft.address, whole.subarray(0, length), leave);
    });
    await Promise.all(sent);
  }
}

describe("a connection that is cut anywhere", () => {
  const uploads: Readonly<Record<string, Buffer>> = {
    "ByteStream.Write": writeSession(blob).subarray(0, -END_FRAME_BYTES),
    BatchUpdateBlobs: batchSession(blob),
    "HTTP PUT of a blob": putRequest(blob),
    "HTTP PUT of an action result": putRequest(blob, "ac"),
  };

  for (const [name, whole] of Object.entries(uploads)) {
    it(`in an upload leaves nothing in others' way: ${name}`, async ({ expect }) => {
      await using hayloft = await startHayloft({ args: SMALLEST });
      const leftovers = await Leftovers.before(hayloft);
      await sendCut(hayloft, whole);
      await leftovers.expectGone(expect);
      using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
      expect(await isPresent(clientsOn(connection), "", blob)).toBe(false);
      // What waits to be resumed goes as soon as others need its room.
      await leftovers.expectAllRoom(expect);
      expect(await pausedUploads(hayloft)).toBe(0);
    });
  }

  it("in a download leaves nothing", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "128MiB"] });
    const large = largeBlob(64 * MIB);
    const leftovers = await Leftovers.before(hayloft);
    {
      using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
      await writeBlob(clientsOn(connection), "", large);
    }
    const { now: before } = await residentBytes(hayloft.pid);
    const requests = [readSession(large), getRequest(large)] as const;
    for (let cut = 0; cut < CUTS; cut++) {
      await takeAndLeave(hayloft.address, requests[cut % 2] ?? requests[0], cut * 10 * KIB);
    }
    await leftovers.expectGone(expect);
    const { now } = await residentBytes(hayloft.pid);
    const grownMib = Math.round((now - before) / MIB);
    await annotate(`the server grew by ${grownMib} MiB over ${CUTS} broken downloads`);
    expect(grownMib).toBeLessThan(MAX_GROWTH_MIB);
  });

  it("after finish_write leaves the whole blob or none", async ({ expect }) => {
    await using hayloft = await startHayloft();
    const leftovers = await Leftovers.before(hayloft);
    const blobs = Array.from({ length: END_FRAME_BYTES * 2 }, (_, seed) =>
      blobOf(bytesOf(9, seed)),
    );
    await Promise.all(
      blobs.map(async (uploaded, index) => {
        const whole = writeSession(uploaded);
        const sent = whole.subarray(0, whole.byteLength - Math.floor(index / 2));
        await sendAndLeave(hayloft.address, sent, index % 2 === 0 ? "close" : "reset");
      }),
    );
    await leftovers.expectGone(expect);
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    const clients = clientsOn(connection);
    for (const uploaded of blobs) {
      if (!(await isPresent(clients, "", uploaded))) continue;
      const found = await read(clients, readName("", uploaded));
      expect(sameBytes(found, uploaded.data)).toBe(true);
    }
  });
});
