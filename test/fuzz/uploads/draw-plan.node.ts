import { drawZstd } from "./payloads.node.ts";
import { type UploadIdentity, writeNameOf } from "./known-blobs.node.ts";
import type { UploadPlan } from "./upload.node.ts";
import type { World } from "./world.node.ts";
import { plainOf } from "./zstd-frames.node.ts";

/** Few, so that streams meet. */
const uuids = ["00000000-0000-4000-8000-000000000001", "second", "blobs"] as const;

/** Mostly that of an upload that there has been, which may not be over. */
export function drawIdentity(world: World): UploadIdentity {
  const { random, offer, known } = world;
  if (known.length > 0 && random.chance(0.4)) return random.pick(known);
  return {
    place: world.drawPlace(),
    compressor: random.pick(["identity", ...offer.compressors]),
    uuid: random.pick(uuids),
  };
}

/** A stream for that upload, which goes on where it broke off, or begins again. */
export function drawPlan(world: World, identity: UploadIdentity): UploadPlan {
  const { random, sessions, blobs } = world;
  const { blob } = identity.place;
  const { toldBytes = 0 } = sessions.earlier(writeNameOf(identity));
  const offset = drawOffset(world, toldBytes, blob.data.byteLength);
  // Now and then, another blob's bytes.
  const { data } = random.chance(0.05) ? random.pick(blobs) : blob;
  const rest = data.subarray(offset);
  const bytes = identity.compressor === "identity" ? rest : drawZstd(rest, random);
  const room = blob.data.byteLength - offset;
  const plain = identity.compressor === "identity" ? rest : plainOf(bytes, room);
  return { ...identity, offset: BigInt(offset), payload: { bytes, plain } };
}

function drawOffset({ random }: World, toldBytes: number, sizeBytes: number): number {
  if (random.chance(0.05)) return random.below(sizeBytes + 1);
  return random.chance(0.8) ? toldBytes : 0;
}
