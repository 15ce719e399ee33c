import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type ExpectStatic, it } from "vitest";
import { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { ObjectKey } from "../../shared/stores/indexed/object-key.ts";
import { blobOf, upload as uploadInMessage } from "../conformance/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { blobFrom } from "../support/blobs.ts";
import { bytesOf, readAll } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { download, isVisible, send, upload } from "./transfers-client.node.ts";
import { type TransfersServer, transfersServers } from "./transfers-server.node.ts";

const { IDENTITY, ZSTD } = Compressor_Value;
const { signal } = callFor();
const start = transfersServers();

/** Text enough to shrink. */
const blob = blobOf(bytesOf(300_000).map((byte) => 97 + (byte & 3)));
const { hash, sizeBytes } = blob.digest;

/** The one object in the bucket. */
async function kept(server: TransfersServer): Promise<[ObjectKey, Uint8Array]> {
  const [name] = (await server.objects()) as readonly ObjectKey[];
  const source = name && (await server.bucket.get(name, { offset: 0 }, signal));
  if (name === undefined || source === undefined) throw new Error("there is no object");
  return [name, await readAll(source)];
}

async function read(
  { byteStream }: TransfersServer,
  resourceName: string,
  readOffset = 0n,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const { data } of byteStream.read({ resourceName, readOffset })) chunks.push(data);
  return Buffer.concat(chunks);
}

/** What HTTP gives to who takes zstd: `fetch` would decode it. */
async function getEncoded({ url }: TransfersServer): Promise<Buffer> {
  const headers = { "accept-encoding": "zstd" };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(`${url}/cas/${hash}`, { headers }, resolve).on("error", reject);
  return await buffer(await promise);
}

it("puts into the bucket what any zstd reads, and says nothing to HTTP of it", async ({
  expect,
}) => {
  await using server = await start({ compressAtRest: true });
  await uploadInMessage(server, "", blob);
  const [name, bytes] = await kept(server);
  expect(name).toMatch(/z$/);
  expect(bytes.byteLength).toBeLessThan(blob.data.byteLength / 2);
  expectSame(zstdDecompressSync(bytes), blob.data, expect);
  const request = await server.bucket.presigner.get(name, 60_000);
  expect((await send(request)).headers.get("content-encoding")).toBeNull();
});

it("gives the very bytes that it keeps to whoever takes zstd", async ({ expect }) => {
  await using server = await start({ compressAtRest: true });
  await uploadInMessage(server, "", blob);
  const [name] = await kept(server);
  // Nobody would come to these bytes by encoding the blob again.
  const other = zstdCompressSync(blob.data, {
    params: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  await server.bucket.put(name, (await blobFrom(other)).digest, bodyOf(other), signal);

  const streamed = await read(server, `compressed-blobs/zstd/${hash}/${sizeBytes}`);
  expectSame(streamed, other, expect);
  const asked = { digests: [blob.digest], acceptableCompressors: [ZSTD] };
  const { responses } = await server.cas.batchReadBlobs(asked);
  expect(responses[0]?.compressor).toBe(ZSTD);
  expectSame(responses[0]?.data, other, expect);
  expectSame(await getEncoded(server), other, expect);

  expectSame(await read(server, `blobs/${hash}/${sizeBytes}`), blob.data, expect);
  const part = await read(server, `compressed-blobs/zstd/${hash}/${sizeBytes}`, 1000n);
  expectSame(zstdDecompressSync(part), blob.data.subarray(1000), expect);
  const plain = await server.cas.batchReadBlobs({ digests: [blob.digest] });
  expect(plain.responses[0]?.compressor).toBe(IDENTITY);
  expectSame(plain.responses[0]?.data, blob.data, expect);
});

it("presigns requests for compressed objects, for clients that can decode them", async ({
  expect,
}) => {
  await using server = await start({ compressAtRest: true });
  await uploadInMessage(server, "", blob);
  const { way, compressor } = await download({ server, blob }, [ZSTD]);
  expect(compressor).toBe(ZSTD);
  if (way.case !== "request") throw new Error(`the way is ${way.case}`);
  expectSame(zstdDecompressSync((await send(way.value)).bytes), blob.data, expect);

  for (const acceptable of [[], [IDENTITY], [Compressor_Value.BROTLI]]) {
    expect((await download({ server, blob }, acceptable)).way.case).toBe("compressed");
  }
});

it("keeps what clients upload themselves as they upload it", async ({ expect }) => {
  await using server = await start({ compressAtRest: true });
  await upload({ server, blob });
  expect((await download({ server, blob }, [ZSTD])).compressor).toBe(IDENTITY);
  expect(await isVisible({ server, blob })).toBe(true);
  const [name, bytes] = await kept(server);
  expect(name).not.toMatch(/z$/);
  expectSame(bytes, blob.data, expect);
});

function expectSame(found: Uint8Array | undefined, wanted: Uint8Array, expect: ExpectStatic): void {
  expect(found && Buffer.compare(found, wanted)).toBe(0);
}
