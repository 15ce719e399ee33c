import { describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { BLAKE3, blobOf, resized } from "../conformance/blobs.ts";
import { startMiniflareS3 } from "../support/aws-engines.node.ts";
import { bytesOf, concat } from "../support/bytes.ts";
import {
  begin,
  commit,
  isVisible,
  partsOf,
  presign,
  requestOf,
  send,
  sendParts,
} from "./transfers-client.node.ts";
import { transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

const { partBytes } = limits;
const blob = blobOf(bytesOf(2000));
const other = bytesOf(2000, 2);

const mismatch = /^\[invalid_argument\] /;
const beginAgain = /^\[failed_precondition\] .*begin again/;

describe("one request", () => {
  it.for([
    { name: "other bytes", body: other },
    { name: "too few bytes", body: blob.data.slice(1) },
    { name: "too many bytes", body: concat([blob.data, blob.data]) },
    { name: "no bytes", body: new Uint8Array() },
  ])("takes no $name, and still the right ones", async ({ body }) => {
    await using server = await start();
    const begun = await begin({ server, blob });
    expect((await send(requestOf(begun), body)).ok).toBe(false);
    const committed = commit({ server, blob }, begun.uploadToken);
    await expect(committed).rejects.toThrow(beginAgain);
    expect(await isVisible({ server, blob })).toBe(false);
    expect((await send(requestOf(begun), blob.data)).ok).toBe(true);
    await commit({ server, blob }, begun.uploadToken);
    expect(await isVisible({ server, blob })).toBe(true);
    expect(server.reported).toEqual([]);
  });

  it.for([
    { name: "the hash of others", body: other, changes: hashHeader(other) },
    { name: "an encoding", body: blob.data, changes: { "content-encoding": "gzip" } },
  ])("takes no bytes with $name in its headers", async ({ body, changes }) => {
    await using server = await start();
    const request = requestOf(await begin({ server, blob }));
    expect((await send(request, body, changes)).status).toBe(403);
    expect((await send({ ...request, headers: {} }, body)).status).toBe(403);
    expect(await server.objects()).toEqual([]);
  });

  it("takes nothing else once it is committed", async () => {
    await using server = await start();
    const begun = await begin({ server, blob });
    await send(requestOf(begun), blob.data);
    await commit({ server, blob }, begun.uploadToken);
    expect((await send(requestOf(begun), other)).ok).toBe(false);
    expect((await send(requestOf(begun), other, hashHeader(other))).ok).toBe(false);
    expect((await send(requestOf(begun), blob.data)).ok).toBe(true);
    expect(await isVisible({ server, blob })).toBe(true);
  });

  it("is not believed where the bucket has checked nothing", async () => {
    await using s3 = await startMiniflareS3();
    await using server = await start({ s3 });
    const begun = await begin({ server, blob });
    await send(requestOf(begun), blob.data);
    const committed = commit({ server, blob }, begun.uploadToken);
    await expect(committed).rejects.toThrow(/^\[failed_precondition\] .*upload it with ByteStream/);
    expect(await isVisible({ server, blob })).toBe(false);
  });
});

describe("parts", () => {
  const twoParts = blobOf(bytesOf(partBytes + 17));
  const equalParts = blobOf(bytesOf(2 * partBytes));

  it.for([
    { name: "SHA-256", digestFunction: blob.digestFunction },
    { name: "BLAKE3", digestFunction: BLAKE3 },
  ])("with other bytes are no blob, by $name", async ({ digestFunction }) => {
    await using server = await start({ checksSha256: false });
    const target = { server, blob: blobOf(blob.data, digestFunction) };
    const begun = await begin(target);
    const etags = await sendParts({ ...target, blob: { ...target.blob, data: other } }, begun, [1]);
    for (let times = 0; times < 2; times++) {
      const committed = commit(target, begun.uploadToken, etags);
      await expect(committed).rejects.toThrow(mismatch);
      expect(await isVisible(target)).toBe(false);
    }
    expect(server.reported).toEqual([]);
  });

  it("have each its own size", async () => {
    await using server = await start({ checksSha256: false });
    const begun = await begin({ server, blob });
    const [request] = await presign({ server, blob }, begun.uploadToken, [1, 1]);
    for (const body of [blob.data.slice(1), concat([blob.data, other]), new Uint8Array()]) {
      expect((await send(request, body)).status).toBe(403);
    }
  });

  it("with each other's bytes are no blob", async () => {
    await using server = await start({ checksSha256: false });
    const target = { server, blob: equalParts };
    const begun = await begin(target);
    const [first, second] = partsOf(equalParts, begun);
    const swapped = { ...equalParts, data: concat([second, first].flatMap((part) => part ?? [])) };
    const etags = await sendParts({ server, blob: swapped }, begun, [1, 2]);
    const committed = commit(target, begun.uploadToken, etags);
    await expect(committed).rejects.toThrow(mismatch);
    expect(await isVisible(target)).toBe(false);
  });

  it("in another order, left out or made up are no object, and can be put right", async () => {
    await using server = await start({ checksSha256: false });
    const target = { server, blob: twoParts };
    const begun = await begin(target);
    const [first = ""] = await sendParts(target, begun, [1]);
    const madeUp = first.replaceAll(/[0-9a-f]/g, "7");
    for (const etags of [
      [first, first],
      [first, madeUp],
      [madeUp, first],
    ]) {
      const committed = commit(target, begun.uploadToken, etags);
      await expect(committed).rejects.toThrow(beginAgain);
    }
    for (const etags of [[], [first], [first, first, first], [first, ""], [first, "a b\u0000"]]) {
      const committed = commit(target, begun.uploadToken, etags);
      await expect(committed).rejects.toThrow(mismatch);
    }
    expect(await isVisible(target)).toBe(false);
    const [, second = ""] = await sendParts(target, begun, [2]);
    const swapped = commit(target, begun.uploadToken, [second, first]);
    await expect(swapped).rejects.toThrow(beginAgain);
    await commit(target, begun.uploadToken, [first, second]);
    expect(await isVisible(target)).toBe(true);
    expect(server.reported).toEqual([]);
  });

  it("cannot be made too small by a digest that is none", async () => {
    await using server = await start({ checksSha256: false });
    const target = { server, blob: twoParts };
    const begun = await begin(target);
    const sizes = [resized(twoParts, 2000n - twoParts.digest.sizeBytes), twoParts.digest];
    const etags: string[] = [];
    for (const [index, digest] of sizes.entries()) {
      const lie = { server, blob: { ...twoParts, digest } };
      const [request] = await presign(lie, begun.uploadToken, [index + 1, 1]);
      const { etag } = await send(request, bytesOf(index === 0 ? 2000 : 17));
      etags.push(etag);
    }
    const committed = commit(target, begun.uploadToken, etags);
    await expect(committed).rejects.toThrow(beginAgain);
    expect(await isVisible(target)).toBe(false);
    expect(server.reported).toEqual([]);
  });

  it("cannot be changed once they are committed", async () => {
    await using server = await start({ checksSha256: false });
    const begun = await begin({ server, blob });
    const [request] = await presign({ server, blob }, begun.uploadToken, [1, 1]);
    const { etag } = await send(request, blob.data);
    await commit({ server, blob }, begun.uploadToken, [etag]);
    expect((await send(request, other)).ok).toBe(false);
    expect(await isVisible({ server, blob })).toBe(true);
  });

  it("whose bytes have changed since their ETag are another part", async () => {
    await using server = await start({ checksSha256: false });
    const begun = await begin({ server, blob });
    const [request] = await presign({ server, blob }, begun.uploadToken, [1, 1]);
    const { etag } = await send(request, blob.data);
    await send(request, other);
    const committed = commit({ server, blob }, begun.uploadToken, [etag]);
    await expect(committed).rejects.toThrow(beginAgain);
    expect(await isVisible({ server, blob })).toBe(false);
  });
});

function hashHeader(bytes: Uint8Array<ArrayBuffer>): Record<string, string> {
  const hash = Buffer.from(blobOf(bytes).digest.hash, "hex").toString("base64");
  return { "x-amz-checksum-sha256": hash };
}
