import { constants } from "node:http2";
import { describe, it } from "vitest";
import {
  ByteStream,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { limits } from "../../shared/limits.ts";
import { type Blob, blobOf, largeBlob } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import { OpenWrite, read, readName, uploadOf, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { bytesOf, KIB, MIB, sameBytes } from "../support/bytes.ts";
import { type Hayloft, type HayloftOptions, startHayloft } from "../support/hayloft.node.ts";
import { startLocalAws } from "../support/local-aws.node.ts";
import { pausedUploads } from "../support/paused-uploads.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { Random } from "../support/random.ts";
import { answerTo, encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";

const MESSAGE_BYTES = 64 * KIB;
const MOST_STREAMS = 500;

/** How a stream is lost: with its connection, in order or not; alone; or by a client that ends it too early. */
const losses = ["reset", "close", "cancel", "half-close"] as const;

/** A part of an upload, from one offset on. */
interface Part {
  readonly resourceName: string;
  readonly blob: Blob;
  readonly from: number;
}

function messagesOf({ resourceName, blob, from }: Part): readonly Buffer[] {
  const rest = { data: blob.data.subarray(from) };
  const messages = uploadOf(resourceName, rest, MESSAGE_BYTES, BigInt(from));
  return [...messages].map((message) => envelope(encode(WriteRequestSchema, message)));
}

/** Sends so many messages, if there are as many, and a piece of one more. Resolves when the stream is lost. */
async function sendAndLose(
  { url }: Hayloft,
  part: Part,
  messages: number,
  loss: (typeof losses)[number],
): Promise<void> {
  const session = open(url);
  const stream = openCall(session, pathOf(ByteStream.method.write));
  const ended = answerTo(stream);
  for (const message of messagesOf(part).slice(0, messages)) stream.write(message);
  await new Promise<void>((resolve) => {
    stream.write(Buffer.from([0, 0, 1, 0, 0, 10]), () => resolve());
  });
  if (loss === "half-close") stream.end();
  if (loss === "cancel") stream.close(constants.NGHTTP2_CANCEL);
  if (loss === "reset") session.socket.resetAndDestroy();
  if (loss === "close") session.destroy();
  await ended;
  session.destroy();
}

/** Uploads a blob, losing one stream after the other. The offsets at which they began. */
async function uploadThroughLosses(
  hayloft: Hayloft,
  { byteStream }: Clients,
  blob: Blob,
  random: Random,
): Promise<readonly number[]> {
  const resourceName = writeName("", blob);
  const offsets: number[] = [];
  for (let streams = 0; streams < MOST_STREAMS; streams++) {
    const { complete, committedSize } = await byteStream.queryWriteStatus({ resourceName });
    if (complete) return offsets;
    const from = Number(committedSize);
    offsets.push(from);
    const part = { resourceName, blob, from };
    await sendAndLose(hayloft, part, random.below(30), random.pick(losses));
  }
  throw new Error(`the upload did not end in ${MOST_STREAMS} streams`);
}

const stores: Readonly<Record<string, () => Promise<HayloftOptions & Partial<AsyncDisposable>>>> = {
  memory: async () => ({ args: ["--store", "memory", "--size", "128MiB"] }),
  disk: async () => ({ args: ["--size", "2GiB"] }),
  "s3+dynamodb": startLocalAws,
};

describe("an upload goes on where it was lost, however often", () => {
  it.for(Object.entries(stores))("over %s", async ([, openStore], { expect, annotate }) => {
    await using parts = new AsyncDisposableStack();
    const store = await openStore();
    parts.defer(async () => await store[Symbol.asyncDispose]?.());
    const hayloft = parts.use(await startHayloft(store));
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    const clients = clientsOn(connection);
    const random = new Random(7);
    for (const [index, sizeBytes] of [100, 70_000, 8 * MIB + 1, 20 * MIB].entries()) {
      const blob = blobOf(bytesOf(sizeBytes, index + 1));
      const offsets = await uploadThroughLosses(hayloft, clients, blob, random);
      await annotate(`${sizeBytes} bytes in streams from ${offsets.join(", ")}`);
      // Nothing that was kept is asked for again.
      expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
      if (sizeBytes > MIB) expect(new Set(offsets).size).toBeGreaterThan(3);
      const found = await read(clients, readName("", blob));
      expect(sameBytes(found, blob.data)).toBe(true);
    }
    await expect.poll(async () => await pausedUploads(hayloft)).toBe(0);
    expect(hayloft.output()).not.toMatch(/error/i);
  });
});

/** Begins uploads of 1 MiB each, and leaves them. */
async function leaveUploads(hayloft: Hayloft, count: number): Promise<void> {
  using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
  const clients = clientsOn(connection);
  for (let sent = 0; sent < count; sent += 50) {
    const left = Array.from({ length: 50 }, async () => {
      const blob = largeBlob(MIB);
      const resourceName = writeName("", blob);
      const upload = new OpenWrite(clients);
      upload.send({ resourceName, data: blob.data.subarray(0, MESSAGE_BYTES) });
      upload.end();
      await outcome(upload.committedSize);
    });
    await Promise.all(left);
  }
}

describe("uploads that wait for their clients", () => {
  it("are bounded, and so is what they hold", async ({ expect, annotate }) => {
    await using hayloft = await startHayloft({ args: ["--size", "8GiB"] });
    const { now: before } = await residentBytes(hayloft.pid);
    await leaveUploads(hayloft, 400);
    expect(await pausedUploads(hayloft)).toBe(limits.pausedUploads);
    const { now } = await residentBytes(hayloft.pid);
    const grownMib = Math.round((now - before) / MIB);
    await annotate(`the server grew by ${grownMib} MiB over 400 uploads that were left`);
    expect(grownMib).toBeLessThan(200);
  });

  it("do not keep the server from stopping", async ({ expect }) => {
    await using hayloft = await startHayloft();
    await leaveUploads(hayloft, 50);
    expect(await pausedUploads(hayloft)).toBe(50);
    expect(await hayloft.stop()).toBe(0);
  });
});
