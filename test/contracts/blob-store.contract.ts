import { describe } from "vitest";
import { describeAborts } from "./blob-store/aborts.ts";
import { describeBatches, describePutBatches } from "./blob-store/batches.ts";
import { describeConcurrency } from "./blob-store/concurrency.ts";
import { describeDigestFunctions } from "./blob-store/digest-functions.ts";
import { describeLeases } from "./blob-store/leases.ts";
import { describeFindMissing, describeMisses } from "./blob-store/misses.ts";
import { describeRefusals } from "./blob-store/refusals.ts";
import { describeRanges, describeRoundTrips } from "./blob-store/round-trips.ts";
import type { BlobStoreTraits } from "./blob-store/under-test.ts";

/** Everything that the port promises, asked of one adapter or of one decorator around an adapter that keeps it. */
export function describeBlobStore(name: string, traits: BlobStoreTraits): void {
  describe(`${name}, a blob store`, () => {
    describeRoundTrips(traits);
    describeRanges(traits);
    describeBatches(traits);
    describePutBatches(traits);
    describeDigestFunctions(traits);
    describeMisses(traits);
    describeFindMissing(traits);
    describeRefusals(traits);
    describeAborts(traits);
    describeConcurrency(traits);
    describeLeases(traits);
  });
}
