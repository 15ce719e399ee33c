import { createHash } from "node:crypto";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  ByteStream,
  ReadRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";

const READERS = 6;

/** What comes is taken in gulps, as by a client that has other work: so much of it waits in the server. */
async function slowly(chunks: AsyncIterable<Buffer>, pauseMs: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let sinceLast = 0;
  for await (const chunk of chunks) {
    taken.push(chunk);
    sinceLast += chunk.length;
    if (sinceLast < MIB) continue;
    sinceLast = 0;
    await pause(pauseMs);
  }
  return Buffer.concat(taken);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The blob in the messages of an answer: each has one field, with its tag and its length in front. */
function dataOf(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    let data = at + 6;
    while ((body[data++] ?? 0) >= 0x80);
    parts.push(body.subarray(data, end));
    at = end;
  }
  return Buffer.concat(parts);
}

async function readByCall(url: string, { digest }: TestBlob, pauseMs: number): Promise<string> {
  const session = open(url);
  const stream = openCall(session, pathOf(ByteStream.method.read));
  const resourceName = `blobs/${digest.hash}/${digest.sizeBytes}`;
  stream.end(envelope(encode(ReadRequestSchema, { resourceName })));
  const body = await slowly(stream, pauseMs);
  session.destroy();
  return sha256(dataOf(body));
}

async function readByHttp(url: string, { digest }: TestBlob, pauseMs: number): Promise<string> {
  const agent = new Agent();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${url}/cas/${digest.hash}`, { agent }, resolve).once("error", reject).end();
  });
  return sha256(await slowly(response, pauseMs));
}

test.each(["node", "own"])("readers of every speed get right bytes (--http2 %s)", async (http2) => {
  await using server = await startHayloft({ args: ["--http2", http2] });
  // Of one piece, of several with a short last one, and of many.
  const blobs = await Promise.all(
    [200_000, 700_001, 20 * MIB].map((size, seed) => blobOf(size, seed)),
  );
  for (const { digest, bytes } of blobs) {
    const put = await fetch(`${server.url}/cas/${digest.hash}`, { method: "PUT", body: bytes });
    expect(put.status).toBe(200);
  }
  const reads = blobs.flatMap((blob) =>
    Array.from({ length: READERS }, async (_, speed) => {
      const read = speed % 2 === 0 ? readByCall : readByHttp;
      return [blob.digest.hash, await read(server.url, blob, speed)];
    }),
  );
  for (const [hash, found] of await Promise.all(reads)) expect(found).toBe(hash);
});
