import { Compressor_Value } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { entryOutcome } from "../../conformance/outcome.ts";
import { drawData } from "./draw-data.node.ts";
import { inWords, type Place } from "./known-blobs.node.ts";
import { drawZstd } from "./payloads.node.ts";
import type { World } from "./world.node.ts";
import { plainOf } from "./zstd-frames.node.ts";

/** Of one entry, which is twice as large when it is wrong: a batch that is too large is refused whole. */
const MAX_BLOB_BYTES = 500_000;

interface Entry {
  readonly place: Place;
  readonly data: Uint8Array;
  readonly compressor: Compressor_Value;
  readonly isRight: boolean;
}

/** Uploads some blobs at once, of which some are wrong. */
export async function batchUpdate(world: World): Promise<void> {
  const { random, ledger } = world;
  const { instanceName, blob } = world.drawPlace();
  const { digestFunction } = blob;
  const blobs = world.blobs.filter(
    (other) => other.digestFunction === digestFunction && other.data.byteLength < MAX_BLOB_BYTES,
  );
  const entries = Array.from({ length: 1 + random.below(4) }, () =>
    drawEntry(world, { instanceName, blob: random.pick(blobs) }),
  );
  for (const { place, isRight } of entries) if (isRight) ledger.offer(place);
  const requests = entries.map(({ place, data, compressor }) => ({
    digest: place.blob.digest,
    data,
    compressor,
  }));
  world.trace(`batch of ${entries.map(inEntryWords).join(", ")}`);
  const { cas } = world.clients();
  const { responses } = await cas.batchUpdateBlobs({ instanceName, digestFunction, requests });
  for (const [index, entry] of entries.entries()) {
    const response = responses[index];
    if (response === undefined) return world.broken(entry.place, "is not answered in a batch");
    check(world, entry, entryOutcome(response));
  }
}

function drawEntry(world: World, place: Place): Entry {
  const { random, offer } = world;
  const { data } = place.blob;
  const { IDENTITY, ZSTD, BROTLI } = Compressor_Value;
  if (random.chance(0.05)) return { place, data, compressor: BROTLI, isRight: false };
  if (!offer.batchCompressors.includes("zstd") || random.chance(0.5)) {
    const drawn = drawData(data, random);
    return { place, data: drawn, compressor: IDENTITY, isRight: Buffer.compare(drawn, data) === 0 };
  }
  const drawn = drawZstd(data, random);
  const plain = plainOf(drawn, data.byteLength);
  const isRight = plain !== undefined && Buffer.compare(plain, data) === 0;
  return { place, data: drawn, compressor: ZSTD, isRight };
}

function inEntryWords({ place, isRight }: Entry): string {
  return `${isRight ? "" : "wrong "}${inWords(place)}`;
}

function check(world: World, { place, isRight }: Entry, found: string): void {
  if (found === "OK") world.ledger.keep(place);
  else if (isRight || found !== "InvalidArgument") world.broken(place, `is refused with ${found}`);
}
