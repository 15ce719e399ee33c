import { ChunkingFunction_Value } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { outcome, type Outcome } from "../../conformance/outcome.ts";
import { concat } from "../../support/bytes.ts";
import { cachePath } from "./http.node.ts";
import { inWords, type KnownBlob, type Place } from "./known-blobs.node.ts";
import type { World } from "./world.node.ts";

/** What decides how a SpliceBlob may end. */
interface Circumstances {
  readonly isRight: boolean;
  /** Whether the blob is there already. */
  readonly isThere: boolean;
  readonly mayBeThere: boolean;
  readonly chunksAreThere: boolean;
  readonly chunksMayBeThere: boolean;
}

/** Makes a blob of others that may be there, in the right order or not. */
export async function splice(world: World): Promise<void> {
  const { random, ledger } = world;
  const place = drawSpliced(world);
  const { instanceName, blob } = place;
  const chunks = drawChunks(world, blob);
  const places = chunks.map((chunk) => ({ instanceName, blob: chunk }));
  if (random.chance(0.5)) await bring(world, places);
  const isRight = Buffer.compare(concat(chunks.map(({ data }) => data)), blob.data) === 0;
  const circumstances = {
    isRight,
    isThere: ledger.mustHold(place),
    mayBeThere: ledger.mayHold(place) || !world.isAlone,
    chunksAreThere: places.every((chunk) => ledger.mustHold(chunk)),
    chunksMayBeThere: places.every((chunk) => ledger.mayHold(chunk)) || !world.isAlone,
  };
  if (isRight && circumstances.chunksMayBeThere) ledger.offer(place);
  world.trace(`splice ${inWords(place)} of ${chunks.map(({ label }) => label).join(", ")}`);
  const { UNKNOWN, FAST_CDC_2020, REP_MAX_CDC } = ChunkingFunction_Value;
  const splicing = world.clients().cas.spliceBlob({
    instanceName,
    digestFunction: blob.digestFunction,
    blobDigest: blob.digest,
    chunkDigests: chunks.map(({ digest }) => digest),
    chunkingFunction: random.pick([UNKNOWN, FAST_CDC_2020, REP_MAX_CDC]),
  });
  const found = await outcome(splicing);
  if (!endings(circumstances).includes(found)) world.broken(place, `is spliced with ${found}`);
  if (found === "OK" || found === "AlreadyExists") ledger.keep(place);
}

/** Mostly one that others make, and that is not there. */
function drawSpliced(world: World): Place {
  const { random, ledger, blobs } = world;
  const any = world.drawPlace();
  const made = blobs
    .filter(({ parts }) => parts.length > 0)
    .map((blob) => ({ ...any, blob }))
    .filter((place) => !ledger.mustHold(place));
  return made.length > 0 && random.chance(0.7) ? random.pick(made) : any;
}

/** Uploads the chunks that are not there, as clients do before they splice. */
async function bring(world: World, chunks: readonly Place[]): Promise<void> {
  const absent = new Map(
    chunks
      .filter((chunk) => !world.ledger.mustHold(chunk))
      .map((chunk) => [cachePath(chunk), chunk]),
  );
  for (const [path, chunk] of absent) {
    world.ledger.offer(chunk);
    const { status } = await world.cache.http({ method: "PUT", path, body: chunk.blob.data });
    if (status !== 200) world.broken(chunk, `is put with HTTP ${status}`);
    world.ledger.keep(chunk);
  }
}

/** Those that make the blob, or nearly those; all of one digest function. */
function drawChunks({ blobs, random }: World, blob: KnownBlob): readonly KnownBlob[] {
  const { digestFunction, parts } = blob;
  const right = parts.length === 0 ? [blob] : parts;
  if (random.chance(0.6)) return right;
  const others = blobs.filter((other) => other.digestFunction === digestFunction);
  const at = random.below(right.length + 1);
  return random.pick<() => readonly KnownBlob[]>([
    () => right.toReversed(),
    () => right.toSpliced(at, 1),
    () => right.toSpliced(at, 0, random.pick(others)),
    () => right.toSpliced(at, 1, random.pick(others)),
    () => [...right, ...others.filter(({ data }) => data.byteLength === 0)],
    () => [],
  ])();
}

function endings(circumstances: Circumstances): readonly Outcome[] {
  const { isRight, isThere, mayBeThere, chunksAreThere, chunksMayBeThere } = circumstances;
  const present: readonly Outcome[] = mayBeThere ? ["OK", "AlreadyExists"] : [];
  const refused: readonly Outcome[] = isRight ? [] : ["InvalidArgument"];
  const missed: readonly Outcome[] = chunksAreThere ? [] : ["NotFound"];
  const made: readonly Outcome[] = isRight && chunksMayBeThere ? ["OK"] : [];
  return isThere ? [...present, ...refused] : [...present, ...refused, ...missed, ...made];
}
