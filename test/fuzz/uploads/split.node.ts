import { Code, ConnectError } from "@connectrpc/connect";
import { ChunkingFunction_Value } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { DigestInit } from "../../conformance/blobs.ts";
import { read } from "../../conformance/streams.ts";
import { concat } from "../../support/bytes.ts";
import { inWords, type Place, readNameOf } from "./known-blobs.node.ts";
import type { World } from "./world.node.ts";

/** Asks for the chunks of a blob, and makes sure that they are there and make it. */
export async function split(world: World): Promise<void> {
  const { ledger } = world;
  const place = world.drawPlace();
  const { instanceName, blob } = place;
  const mustHold = ledger.mustHold(place);
  const chunks = await chunksOf(world, place);
  world.trace(`split ${inWords(place)}: ${chunks?.length ?? "not found"}`);
  if (chunks === undefined) {
    if (mustHold) world.broken(place, "is not split, though it is there");
    return;
  }
  ledger.keep(place);
  const pieces: Uint8Array[] = [];
  for (const digest of chunks) {
    const chunk = { instanceName, blob: { ...blob, digest } };
    pieces.push(await read(world.clients(), readNameOf(chunk, "identity")));
  }
  if (Buffer.compare(concat(pieces), blob.data) !== 0) world.broken(place, "is split wrong");
}

/** `undefined` where the server has none to give. */
async function chunksOf(
  world: World,
  { instanceName, blob }: Place,
): Promise<readonly DigestInit[] | undefined> {
  const { digest: blobDigest, digestFunction } = blob;
  const { UNKNOWN, FAST_CDC_2020, REP_MAX_CDC } = ChunkingFunction_Value;
  const chunkingFunction = world.random.pick([UNKNOWN, FAST_CDC_2020, REP_MAX_CDC]);
  const wish = { instanceName, blobDigest, digestFunction, chunkingFunction };
  try {
    return (await world.clients().cas.splitBlob(wish)).chunkDigests;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return undefined;
    throw error;
  }
}
