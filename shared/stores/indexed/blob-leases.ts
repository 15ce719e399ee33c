import { type Digest, isEmptyBlob } from "../../digest/digest.ts";
import { blobScopeOf, type Call } from "../call.ts";
import { referencesRenewal } from "./blob-index.ts";
import type { ConfirmedLookUp } from "./confirmed-look-up.ts";
import { blobKey } from "./row-key.ts";

/** What was found of blobs that a row relies on. */
export interface BlobLease {
  /** The earliest end among the leases of those that are there; of none, what a fresh lease would have. */
  readonly endsMs: number;
  readonly missing: readonly Digest[];
}

/** The leases of blobs that other rows rely on. */
export class BlobLeases {
  readonly #lookUp: ConfirmedLookUp;

  constructor(lookUp: ConfirmedLookUp) {
    this.#lookUp = lookUp;
  }

  /** Extends those that would soon be due, so that what relies on them serves for long. The empty blob is always there. */
  async extend(digests: readonly Digest[], call: Call): Promise<BlobLease> {
    const keyOf = (digest: Digest) => blobKey(digest, blobScopeOf(call));
    const needed = digests.filter((digest) => !isEmptyBlob(digest));
    const renewal = referencesRenewal(this.#lookUp.renewal());
    const keys = [...new Set(needed.map(keyOf))];
    const rows = await this.#lookUp.find(keys, { contents: false, renewal }, call.signal);
    const missing: Digest[] = [];
    let endsMs = renewal.untilMs;
    for (const digest of needed) {
      const row = rows.get(keyOf(digest));
      if (row?.sizeBytes === digest.sizeBytes) endsMs = Math.min(endsMs, row.leaseEndsMs);
      else missing.push(digest);
    }
    return { endsMs, missing };
  }
}
