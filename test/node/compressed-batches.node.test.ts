import { zstdCompressSync } from "node:zlib";
import {
  type Client,
  type ConnectRouter,
  createClient,
  createRouterTransport,
  type HandlerContext,
} from "@connectrpc/connect";
import { expect, test } from "vitest";
import { contentAddressableStorageHandler } from "../../functions/handlers/content-addressable-storage.ts";
import { rpcGate } from "../../functions/interceptors/gate.ts";
import { Holding, holdingKey } from "../../functions/interceptors/holding.ts";
import { RoomForBytes } from "../../functions/interceptors/room-for-bytes.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { limits } from "../../shared/limits.ts";
import {
  Compressor_Value,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { anonymous } from "../support/principals.ts";
import { type Blob, largeBlob } from "../conformance/blobs.ts";
import { entryFaultyFields, entryOutcome, outcome } from "../conformance/outcome.ts";
import { createCache } from "../support/cache.ts";
import { zstdBomb } from "../support/raw-zstd.ts";

const { ZSTD } = Compressor_Value;
const MIB = 1024 * 1024;

const services = createCache({ codecs: [nodeZstd] });
const handler = contentAddressableStorageHandler(services);
const gate = rpcGate({ gate: () => anonymous, healthIsPublic: true });

/** A client of a server that has so much room for what calls hold. */
function clientOf(roomBytes: number): Client<typeof ContentAddressableStorage> {
  const room = new RoomForBytes(roomBytes, 0);
  const requestGate = (context: HandlerContext): void => {
    void gate(context);
    context.values.set(holdingKey, new Holding(room, false, context.signal));
  };
  const serve = (router: ConnectRouter): unknown =>
    router.service(ContentAddressableStorage, handler);
  const transport = createRouterTransport(serve, { router: { requestGate } });
  return createClient(ContentAddressableStorage, transport);
}

const cas = clientOf(100 * MIB);

function compressed({ digest, data }: Blob) {
  return { digest, data: new Uint8Array(zstdCompressSync(data)), compressor: ZSTD };
}

test("a batch decodes no more than so many bytes, and says which blobs were too many", async () => {
  const [one, other, small] = [largeBlob(5 * MIB), largeBlob(5 * MIB), largeBlob(2 * MIB)];
  const plain = largeBlob(3 * MIB);
  const requests = [compressed(one), compressed(other), compressed(small), plain];
  const { responses } = await cas.batchUpdateBlobs({ requests });
  expect(responses.map(entryOutcome)).toEqual(["OK", "InvalidArgument", "OK", "OK"]);
  expect(responses.flatMap(entryFaultyFields)).toEqual(["requests[1].digest.size_bytes"]);
  expect(responses[1]?.status?.message).toMatch(/use ByteStream$/);
});

test("what it decodes has to find room among all that calls hold", async () => {
  const requests = [compressed(largeBlob(2 * MIB))];
  const call = clientOf(2 * MIB - 1).batchUpdateBlobs({ requests });
  expect(await outcome(call)).toBe("ResourceExhausted");
  expect(await outcome(clientOf(2 * MIB).batchUpdateBlobs({ requests }))).toBe("OK");
});

test("bombs cost no more than what they claim to be", async () => {
  const { digest } = largeBlob(20_000);
  const startMs = performance.now();
  // A gigabyte each.
  const requests = Array.from({ length: 100 }, () => {
    return { digest, data: zstdBomb(8000), compressor: ZSTD };
  });
  const { responses } = await cas.batchUpdateBlobs({ requests });
  expect(new Set(responses.map(entryOutcome))).toEqual(new Set(["InvalidArgument"]));
  expect(performance.now() - startMs).toBeLessThan(2000);
});

test("a full batch is answered compressed, and within what clients receive", async () => {
  const blobs = Array.from({ length: 30 }, () => largeBlob(Math.floor(limits.batchBytes / 30)));
  await cas.batchUpdateBlobs({ requests: blobs });
  const digests = blobs.map(({ digest }) => digest);
  const { responses } = await cas.batchReadBlobs({ digests, acceptableCompressors: [ZSTD] });
  expect(new Set(responses.map(({ compressor }) => compressor))).toEqual(new Set([ZSTD]));
  const bytes = responses.reduce((sum, { data }) => sum + data.byteLength, 0);
  expect(bytes).toBeLessThan(10_000);
});
