import { describe } from "vitest";
import { describeAborts } from "./blob-index/aborts.ts";
import { describeCommits } from "./blob-index/commits.ts";
import { describeLeaseSpans } from "./blob-index/lease-spans.ts";
import { describeLookUps } from "./blob-index/look-ups.ts";
import { describeReliances } from "./blob-index/reliances.ts";
import { describeRenewals } from "./blob-index/renewals.ts";
import { describeRoundTrips } from "./blob-index/round-trips.ts";
import { describeSweeps } from "./blob-index/sweeps.ts";
import type { BlobIndexTraits } from "./blob-index/under-test.ts";

/** Everything that the port promises, asked of one adapter. */
export function describeBlobIndex(name: string, traits: BlobIndexTraits): void {
  describe(`${name}, a blob index`, () => {
    describeRoundTrips(traits);
    describeLookUps(traits);
    describeRenewals(traits);
    describeReliances(traits);
    describeCommits(traits);
    describeSweeps(traits);
    describeLeaseSpans(traits);
    describeAborts(traits);
  });
}
