import type { CacheUnderFuzz } from "../cache-under-fuzz.node.ts";
import { FuzzedCache, type FuzzedCacheOptions } from "../fuzzed-cache.node.ts";
import { offerOf } from "../offer.node.ts";
import { Random } from "../random.node.ts";
import { drawBlobs } from "./draw-blobs.node.ts";
import { lookEverywhere } from "./look.node.ts";
import { takeStep } from "./steps.node.ts";
import { type Trace, World } from "./world.node.ts";

const STEPS_PER_RUN = 100;

/** How often all is looked at, beside the end. */
const LOOKING = 0.15;

/** Clients upload, break off, go on and read, in any order. Resolves how many steps they took. */
export async function fuzzUploads(
  seed: number,
  options: FuzzedCacheOptions = {},
  trace?: Trace,
): Promise<number> {
  const cache = new FuzzedCache(options);
  await fuzzUploadsTo(cache, seed, ["", "team", "teams/a b"], trace);
  await cache.expectClean();
  return STEPS_PER_RUN;
}

/** The same against any cache, in instances that nobody else uses. */
export async function fuzzUploadsTo(
  cache: CacheUnderFuzz,
  seed: number,
  instanceNames: readonly string[],
  trace: Trace = () => undefined,
): Promise<void> {
  const random = new Random(seed);
  const offer = await offerOf(cache.clients(random.pick(cache.protocols)));
  const blobs = await drawBlobs(offer.functions, random);
  const world = new World({ cache, offer, random, instanceNames, blobs, trace });
  for (let left = STEPS_PER_RUN; left > 0; left--) {
    await takeStep(world);
    await world.settle();
    if (random.chance(LOOKING)) await lookEverywhere(world);
  }
  await world.leave();
  await lookEverywhere(world);
}
