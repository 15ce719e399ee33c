import { findMissing } from "./find-missing.node.ts";
import type { Place } from "./known-blobs.node.ts";
import { readPlace } from "./reading.node.ts";
import type { World } from "./world.node.ts";

/** Looks at one place, in all that is asked of it. */
export async function lookAt(world: World, place: Place): Promise<void> {
  await findMissing(world, [place]);
  await readPlace(world, place);
}

/** Looks at every place there is. */
export async function lookEverywhere(world: World): Promise<void> {
  for (const instanceName of world.instanceNames) {
    const places = world.blobs.map((blob) => ({ instanceName, blob }));
    const byFunction = Map.groupBy(places, ({ blob }) => blob.digestFunction);
    for (const [first, ...others] of byFunction.values()) {
      if (first !== undefined) await findMissing(world, [first, ...others]);
    }
    for (const place of places) await readPlace(world, place);
  }
}
