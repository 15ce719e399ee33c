import { describe, it } from "vitest";
import { clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { ByteStreamClient } from "./byte-stream-client.node.ts";
import { type GeneratedBlob, generateBlob } from "./generated-blob.node.ts";
import { put } from "./http-client.node.ts";
import { Leftovers } from "../support/leftovers.node.ts";

const blob = generateBlob(16 * MIB, 2);
const digest = { hash: blob.hash, sizeBytes: BigInt(blob.sizeBytes) };

/** The store has room for few of the wrong uploads, so it would run out if it kept any. */
const SIZE = ["--store", "memory", "--size", "64MiB"];
const ROUNDS = 6;

function* withLastByteChanged(right: GeneratedBlob): Generator<Buffer, void, undefined> {
  let held: Buffer | undefined;
  for (const piece of right.pieces()) {
    if (held !== undefined) yield held;
    held = piece;
  }
  if (held === undefined) return;
  held.writeUInt8(held.readUInt8(held.byteLength - 1) ^ 1, held.byteLength - 1);
  yield held;
}

function* withoutFirstPiece(right: GeneratedBlob): Generator<Buffer, void, undefined> {
  const all = right.pieces();
  all.next();
  yield* all;
}

function* withOneByteMore(right: GeneratedBlob): Generator<Buffer, void, undefined> {
  yield* right.pieces();
  yield Buffer.from([0]);
}

describe("an upload of other bytes than its digest names is refused and leaves nothing", () => {
  it("over ByteStream", async ({ expect }) => {
    await using hayloft = await startHayloft({ args: SIZE });
    const leftovers = await Leftovers.before(hayloft);
    {
      using client = new ByteStreamClient(hayloft.url);
      for (const wrong of [withLastByteChanged, withoutFirstPiece, withOneByteMore]) {
        for (let round = 0; round < ROUNDS; round++) {
          expect(await outcome(client.write(blob, wrong(blob)))).toBe("InvalidArgument");
        }
      }
    }
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    const { missingBlobDigests } = await clientsOn(connection).cas.findMissingBlobs({
      blobDigests: [digest],
    });
    expect(missingBlobDigests).toHaveLength(1);
    connection[Symbol.dispose]();
    await leftovers.expectGone(expect);
    await leftovers.expectAllRoom(expect);
  });

  it("over HTTP", async ({ expect }) => {
    await using hayloft = await startHayloft({ args: SIZE });
    const leftovers = await Leftovers.before(hayloft);
    const url = `${hayloft.url}/cas/${blob.hash}`;
    for (let round = 0; round < ROUNDS; round++) {
      expect(await put(url, blob.sizeBytes, withLastByteChanged(blob))).toBe(400);
      expect(await put(url, blob.sizeBytes + 1, withOneByteMore(blob))).toBe(400);
    }
    expect((await fetch(url)).status).toBe(404);
    await leftovers.expectAllRoom(expect);
  });
});
