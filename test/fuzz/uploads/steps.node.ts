import type { Random } from "../random.node.ts";
import { readAction, writeAction } from "./action-steps.node.ts";
import { batchUpdate } from "./batch-update.node.ts";
import {
  advance,
  beginUpload,
  cancel,
  halfClose,
  queryStatus,
  resume,
} from "./write-steps.node.ts";
import { putByHttp } from "./http-put.node.ts";
import { lookAt } from "./look.node.ts";
import { splice } from "./splice.node.ts";
import { split } from "./split.node.ts";
import type { World } from "./world.node.ts";

/** Something that clients do. */
type Step = (world: World) => Promise<void>;

/** Each with its weight. */
type Weighted = readonly (readonly [weight: number, step: Step])[];

/** Calls that know nothing of the streams under way, so that several may be under way at once. */
const single: Weighted = [
  [3, batchUpdate],
  [3, putByHttp],
  [6, async (world) => await lookAt(world, world.drawPlace())],
  [4, splice],
  [3, split],
];

const all: Weighted = [
  ...single,
  [8, beginUpload],
  [60, advance],
  [6, halfClose],
  [8, cancel],
  [4, queryStatus],
  [12, resume],
  [4, writeAction],
  [5, readAction],
  [2, burst],
];

export async function takeStep(world: World): Promise<void> {
  await drawFrom(all, world.random)(world);
}

/** Several calls at once. */
async function burst(world: World): Promise<void> {
  const worlds = Array.from({ length: 2 + world.random.below(5) }, () => world.forked());
  await Promise.all(worlds.map(async (each) => await drawFrom(single, each.random)(each)));
}

function drawFrom(steps: Weighted, random: Random): Step {
  let at = random.below(steps.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, step] of steps) {
    if (at < weight) return step;
    at -= weight;
  }
  throw new Error("the weights do not add up");
}
