import type { KnownBlob, Place } from "./known-blobs.node.ts";
import type { World } from "./world.node.ts";

/** A digest that is nearly that of a blob, and names nothing: of the same hash, and another size. */
function strayOf({ digest }: KnownBlob): KnownBlob["digest"] {
  return { hash: digest.hash, sizeBytes: digest.sizeBytes + 1n };
}

/** Asks which of the places are missing; all are of one instance and one digest function. Throws where the answer cannot be. */
export async function findMissing(
  world: World,
  places: readonly [Place, ...Place[]],
): Promise<ReadonlySet<Place>> {
  const { ledger, random } = world;
  const [{ instanceName, blob }] = places;
  const mustHold = new Set(places.filter((place) => ledger.mustHold(place)));
  const stray = strayOf(random.pick(places).blob);
  const { cas } = world.clients();
  const { missingBlobDigests } = await cas.findMissingBlobs({
    instanceName,
    digestFunction: blob.digestFunction,
    blobDigests: [...places.map((place) => place.blob.digest), stray],
  });
  const missing = new Set(missingBlobDigests.map(keyOfDigest));
  if (!missing.delete(keyOfDigest(stray))) world.broken(places[0], "is there in another size");
  const absent = new Set<Place>();
  for (const place of places) {
    if (!missing.has(keyOfDigest(place.blob.digest))) {
      ledger.keep(place);
      continue;
    }
    if (mustHold.has(place)) world.broken(place, "is said to be missing, after it was there");
    absent.add(place);
  }
  for (const { blob: asked } of places) missing.delete(keyOfDigest(asked.digest));
  if (missing.size > 0) world.broken(places[0], "was asked for, and other blobs are missing");
  return absent;
}

function keyOfDigest({ hash, sizeBytes }: KnownBlob["digest"]): string {
  return `${hash}/${sizeBytes}`;
}
