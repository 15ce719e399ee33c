import type { Clock } from "../../clock.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { BlobIndex } from "./blob-index.ts";
import type { LeasePolicy } from "./lease-policy.ts";
import type { ObjectStore } from "./object-store.ts";
import type { FillRandom } from "./upload-id.ts";

/** What an indexed store is made of. */
export interface IndexedParts {
  readonly index: BlobIndex;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly hashers: Hashers;
  readonly fillRandom: FillRandom;
  readonly policy: LeasePolicy;
}
