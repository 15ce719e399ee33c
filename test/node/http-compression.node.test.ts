import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { httpCacheHandler } from "../../functions/handlers/http-cache.ts";
import { universalHttp } from "../../functions/handlers/http-exchange.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { limits } from "../../shared/limits.ts";
import { anonymous } from "../support/principals.ts";
import { blobFrom, type TestBlob } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { bytesOf, concat, KIB, MIB, readAll } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { skippableFrame, zstdBomb } from "../support/raw-zstd.ts";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { watchFor } from "../support/watch-for.node.ts";

const cache = createCache({ codecs: [nodeZstd] });
const budget = new RequestBudget(16 * MIB);
const handler = universalHttp(
  httpCacheHandler({
    services: cache,
    budget,
    watch: watchFor((error) => expect.unreachable(String(error))),
    gate: () => anonymous,
    healthIsPublic: true,
    readiness: new Readiness(),
  }),
);

interface Sent {
  readonly method?: string;
  readonly kind?: "cas" | "ac";
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

async function send(
  { digest }: TestBlob,
  { method = "GET", kind = "cas", headers = {}, body }: Sent,
): Promise<UniversalServerResponse> {
  return await handler({
    httpVersion: "1.1",
    method,
    url: `http://localhost/${kind}/${digest.hash}`,
    header: new Headers(headers),
    body: bodyOf(body ?? new Uint8Array()),
    signal: new AbortController().signal,
  });
}

let lastSeed = 0;

/** A blob that shrinks to less than half, and that nobody has. */
async function textBlob(sizeBytes: number): Promise<TestBlob> {
  lastSeed += 1;
  return await blobFrom(bytesOf(sizeBytes, lastSeed).map((byte) => byte & 3));
}

async function isStored({ digest }: TestBlob): Promise<boolean> {
  return (await cache.memory.findMissing([digest], callFor())).length === 0;
}

/** Frames that tell no size. */
function unsizedFrame(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } });
}

/** A PUT that says that it is encoded. */
async function putEncoded(
  blob: TestBlob,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<number> {
  const length = { "content-length": String(body.byteLength) };
  const all = { "content-encoding": "zstd", ...length, ...headers };
  const answer = await send(blob, { method: "PUT", body, headers: all });
  if (answer.body !== undefined) await readAll(answer.body);
  return answer.status;
}

test("a blob is encoded for who accepts that, and its length is then not told", async () => {
  const { digest, bytes } = await textBlob(300_000);
  const blob = await cache.keep(bytes);
  const headers = { "accept-encoding": "zstd" };
  const encoded = await send(blob, { headers });
  expect(Object.fromEntries(encoded.header?.entries() ?? [])).toEqual({
    "content-type": "application/octet-stream",
    "content-encoding": "zstd",
    vary: "accept-encoding",
  });
  const body = await readAll(encoded.body ?? bodyOf(new Uint8Array()));
  expect(body.byteLength).toBeLessThan(digest.sizeBytes / 2);
  expect(new Uint8Array(zstdDecompressSync(body))).toEqual(bytes);
  const head = await send(blob, { method: "HEAD", headers });
  expect([...(head.header ?? [])]).toEqual([...(encoded.header ?? [])]);

  const plain = await send(blob, {});
  expect(plain.header?.get("content-length")).toBe("300000");
  expect(plain.header?.get("vary")).toBe("accept-encoding");
});

test("what is tiny is not encoded", async () => {
  const headers = { "accept-encoding": "zstd" };
  for (const [sizeBytes, encoding] of [
    [0, null],
    [limits.minEncodedBytes - 1, null],
    [limits.minEncodedBytes, "zstd"],
  ] as const) {
    const blob = await cache.keep((await textBlob(sizeBytes)).bytes);
    const { header } = await send(blob, { headers });
    expect(header?.get("content-encoding"), `${sizeBytes}`).toBe(encoding);
  }
});

test("the size of an encoded body is told by a header", async () => {
  const blob = await textBlob(5 * MIB);
  const body = concat([skippableFrame(bytesOf(10)), unsizedFrame(blob.bytes)]);
  expect(await putEncoded(blob, body)).toBe(411);
  expect(await putEncoded(blob, body, { "x-digest-sizebytes": "12" })).toBe(400);
  expect(await putEncoded(blob, body, { "x-digest-sizebytes": String(5 * MIB + 1) })).toBe(400);
  expect(await putEncoded(blob, body, { "x-digest-sizebytes": "many" })).toBe(400);
  expect(await putEncoded(blob, body, { "x-digest-sizebytes": String(2 ** 52) })).toBe(413);
  expect(await isStored(blob)).toBe(false);
  expect(await putEncoded(blob, body, { "x-digest-sizebytes": String(5 * MIB) })).toBe(200);
  expect(await isStored(blob)).toBe(true);
});

test("the size of an encoded body is told by its first frame", async () => {
  const blob = await textBlob(5 * MIB);
  const body = zstdCompressSync(blob.bytes);
  expect(await putEncoded(blob, body.subarray(0, -1))).toBe(400);
  const two = [blob.bytes.subarray(0, MIB), blob.bytes.subarray(MIB)].map((part) =>
    zstdCompressSync(part),
  );
  expect(await putEncoded(blob, concat(two))).toBe(400);
  expect(await isStored(blob)).toBe(false);
  expect(await putEncoded(blob, body)).toBe(200);
  expect(await isStored(blob)).toBe(true);
  expect(await putEncoded(blob, body.subarray(0, -1)), "verified all the same").toBe(400);
  expect(await putEncoded(blob, body)).toBe(200);
});

test("a first frame that tells of too much is refused before the rest", async () => {
  const blob = await textBlob(1000);
  // A terabyte, and a window of 1 KiB.
  const header = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  expect(await putEncoded(blob, concat([header, bytesOf(1000)]))).toBe(413);
});

test("a small encoded body needs to tell no size", async () => {
  for (const sizeBytes of [0, 1, 1000, limits.unsizedPutBytes]) {
    const blob = await textBlob(sizeBytes);
    expect(await putEncoded(blob, unsizedFrame(blob.bytes)), `${sizeBytes}`).toBe(200);
    expect(await isStored(blob)).toBe(true);
  }
  const large = await textBlob(limits.unsizedPutBytes + 1);
  expect(await putEncoded(large, unsizedFrame(large.bytes))).toBe(411);
  expect(await putEncoded(large, zstdBomb(30_000))).toBe(411);
  expect(budget.heldBytes).toBe(0);
});

test("a body that tells its size is not held, however large", async () => {
  const blob = await blobFrom(bytesOf(20 * MIB));
  expect(await putEncoded(blob, zstdCompressSync(blob.bytes))).toBe(200);
  expect(await isStored(blob)).toBe(true);
});

test("other encodings are refused, with those that are taken", async () => {
  const blob = await textBlob(1000);
  const put = async (kind: "cas" | "ac", encoding: string): Promise<UniversalServerResponse> =>
    await send(blob, {
      method: "PUT",
      kind,
      headers: { "content-encoding": encoding, "content-length": "1000" },
      body: blob.bytes,
    });
  for (const [kind, encoding, taken] of [
    ["cas", "gzip", "identity, zstd"],
    ["cas", "zstd, zstd", "identity, zstd"],
    ["ac", "zstd", "identity"],
  ] as const) {
    const { status, header } = await put(kind, encoding);
    expect([status, header?.get("accept-encoding")]).toEqual([415, taken]);
  }
  expect((await put("cas", "identity")).status).toBe(200);
});

test("what is sent on a body's way is given back, and a bomb costs little", async () => {
  const blob = await textBlob(100 * KIB);
  const startMs = performance.now();
  expect(await putEncoded(blob, zstdBomb(30_000), { "x-digest-sizebytes": "102400" })).toBe(400);
  expect(performance.now() - startMs).toBeLessThan(1000);
  expect(budget.heldBytes).toBe(0);
});
