import { ChunkingFunction_Value } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { outcome, type Outcome } from "../../conformance/outcome.ts";
import { concat } from "../../support/bytes.ts";
import { inWords, type KnownBlob } from "./known-blobs.node.ts";
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
  const { instanceName, blob: any } = world.drawPlace();
  const made = world.blobs.filter(({ parts }) => parts.length > 0);
  const place = { instanceName, blob: random.chance(0.7) ? random.pick(made) : any };
  const { blob } = place;
  const chunks = drawChunks(world, blob);
  const places = chunks.map((chunk) => ({ instanceName, blob: chunk }));
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
