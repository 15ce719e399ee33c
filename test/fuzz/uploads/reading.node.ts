import { Code, ConnectError } from "@connectrpc/connect";
import { Compressor_Value } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { read } from "../../conformance/streams.ts";
import { cachePath } from "./http.node.ts";
import { type Place, readNameOf } from "./known-blobs.node.ts";
import type { World } from "./world.node.ts";
import { plainOf } from "./zstd-frames.node.ts";

/** What was read of a blob, and what should have been if it is there. */
interface Reading {
  /** `undefined` where the blob was not found. */
  readonly found: Uint8Array | undefined;
  readonly expected: Uint8Array;
}

type Way = (world: World, place: Place) => Promise<Reading>;

/** Reads a blob in one way or another. Throws where the bytes are wrong, or where it is there and should not be, or the contrary. */
export async function readPlace(world: World, place: Place): Promise<void> {
  const { ledger, random, offer } = world;
  const mustHold = ledger.mustHold(place);
  const ways = offer.compressors.includes("zstd") ? [...plainWays, readEncoded] : plainWays;
  const { found, expected } = await random.pick(ways)(world, place);
  if (found === undefined) {
    if (mustHold) world.broken(place, "is not found, after it was there");
    return;
  }
  ledger.keep(place);
  if (Buffer.compare(found, expected) !== 0) world.broken(place, "has wrong bytes");
}

const plainWays: readonly [Way, ...Way[]] = [
  readWhole,
  readRange,
  readPastTheEnd,
  readInBatch,
  getByHttp,
];

async function readWhole(world: World, place: Place): Promise<Reading> {
  const name = readNameOf(place, "identity");
  return { found: await orMiss(read(world.clients(), name)), expected: place.blob.data };
}

async function readRange(world: World, place: Place): Promise<Reading> {
  const { data } = place.blob;
  const offset = world.random.below(data.byteLength + 1);
  const limit = world.random.below(data.byteLength + 10);
  const range = { readOffset: BigInt(offset), readLimit: BigInt(limit) };
  const found = await orMiss(read(world.clients(), readNameOf(place, "identity"), range));
  const end = limit === 0 ? data.byteLength : offset + limit;
  return { found, expected: data.subarray(offset, end) };
}

async function readPastTheEnd(world: World, place: Place): Promise<Reading> {
  const range = { readOffset: place.blob.digest.sizeBytes + 1n };
  const expected = new Uint8Array();
  try {
    const found = await orMiss(read(world.clients(), readNameOf(place, "identity"), range));
    if (found === undefined) return { found, expected };
  } catch (error) {
    if (ConnectError.from(error).code === Code.OutOfRange) return { found: expected, expected };
    throw error;
  }
  return world.broken(place, "can be read past its end");
}

async function readEncoded(world: World, place: Place): Promise<Reading> {
  const { data } = place.blob;
  const offset = world.random.chance(0.5) ? 0 : world.random.below(data.byteLength + 1);
  const range = { readOffset: BigInt(offset) };
  const encoded = await orMiss(read(world.clients(), readNameOf(place, "zstd"), range));
  const found = encoded === undefined ? undefined : decoded(world, place, encoded);
  return { found, expected: data.subarray(offset) };
}

async function readInBatch(world: World, place: Place): Promise<Reading> {
  const { blob, instanceName } = place;
  const { IDENTITY, ZSTD, DEFLATE } = Compressor_Value;
  const { responses } = await world.clients().cas.batchReadBlobs({
    instanceName,
    digestFunction: blob.digestFunction,
    digests: [blob.digest],
    acceptableCompressors: world.random.pick([[], [ZSTD], [IDENTITY, DEFLATE, ZSTD]]),
  });
  const [response] = responses;
  const expected = blob.data;
  const { code, message } = response?.status ?? {};
  if (code === Code.NotFound) return { found: undefined, expected };
  if (response === undefined || code !== 0) {
    return world.broken(place, `cannot be read in a batch: ${message}`);
  }
  const { data, compressor } = response;
  return { found: compressor === IDENTITY ? data : decoded(world, place, data), expected };
}

async function getByHttp(world: World, place: Place): Promise<Reading> {
  const path = cachePath(place);
  const headers = { "accept-encoding": world.random.pick(["zstd", "identity", "gzip, zstd;q=0"]) };
  const { status, encoding, body } = await world.cache.http({ method: "GET", path, headers });
  if (status !== 200 && status !== 404) world.broken(place, `is answered with HTTP ${status}`);
  const plain = encoding === "zstd" ? decoded(world, place, body) : body;
  return { found: status === 200 ? plain : undefined, expected: place.blob.data };
}

/** The plain bytes of an answer. Throws where it is not a whole encoded stream and nothing else. */
function decoded(world: World, place: Place, encoded: Uint8Array): Uint8Array {
  const plain = plainOf(encoded, place.blob.data.byteLength);
  return plain ?? world.broken(place, "is read as what is no encoded stream");
}

/** The bytes, or `undefined` where the blob is not found. */
async function orMiss(reading: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return undefined;
    throw error;
  }
}
