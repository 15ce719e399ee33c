import { describe } from "vitest";
import { describeCollections } from "./object-store/collections.ts";
import { describeMultipart } from "./object-store/multipart.ts";
import { describePresigned } from "./object-store/presigned.ts";
import { describeAborts, describeRefusals } from "./object-store/refusals.ts";
import { describeRoundTrips } from "./object-store/round-trips.ts";
import type { ObjectStoreTraits } from "./object-store/under-test.ts";

/** Everything that the port promises, asked of one adapter. */
export function describeObjectStore(name: string, traits: ObjectStoreTraits): void {
  describe(`${name}, an object store`, () => {
    describeRoundTrips(traits);
    describeRefusals(traits);
    describeAborts(traits);
    describeCollections(traits);
    describeMultipart(traits);
    describePresigned(traits);
  });
}
