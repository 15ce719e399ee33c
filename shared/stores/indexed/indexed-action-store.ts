import { mapConcurrently } from "../../concurrent.ts";
import type { Digest } from "../../digest/digest.ts";
import { limits } from "../../limits.ts";
import type { ActionEntry, ActionName, ActionStore, FoundAction } from "../action-store.ts";
import type { Call } from "../call.ts";
import { StoreError } from "../store-error.ts";
import { BlobLeases } from "./blob-leases.ts";
import { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedChunkLists } from "./indexed-chunk-lists.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { RelyingRows } from "./relying-rows.ts";
import { actionKey, type RowKey } from "./row-key.ts";

/**
 * Action results in the rows of an index. The lease of such a row never outlasts the leases of the blobs that it refers to, so that
 * as long as it is not due, one row answers for all of them. A blob may be there as a list of chunks, whose lease then counts.
 */
export class IndexedActionStore implements ActionStore {
  readonly leasesReferences = true;
  readonly #rows: RelyingRows;
  readonly #blobs: BlobLeases;
  readonly #lists: IndexedChunkLists;
  readonly #splicedBytes: number;

  constructor(parts: IndexedParts, lists: IndexedChunkLists) {
    const lookUp = new ConfirmedLookUp(parts.index, parts.clock, parts.policy);
    this.#rows = new RelyingRows(parts, lookUp);
    this.#blobs = new BlobLeases(lookUp);
    this.#lists = lists;
    this.#splicedBytes = parts.policy.splicedBytes;
  }

  async get(name: ActionName, call: Call): Promise<FoundAction | undefined> {
    const found = await this.#rows.open(actionKey(name, call.instanceName), call);
    if (found === undefined) return undefined;
    const { row, entry } = found;
    const { references } = entry;
    if (references === undefined) return { ...entry, completeness: "unknown" };
    if (!this.#rows.isDue(row.leaseEndsMs)) return { ...entry, completeness: "complete" };
    const leaseEndsMs = await this.#sharedLeaseEnd(references, call);
    if (leaseEndsMs === undefined) return { ...entry, completeness: "incomplete" };
    await this.#rows.extend(row, leaseEndsMs, call);
    if (this.#rows.isDue(leaseEndsMs)) throw tookTooLong(row.key);
    return { ...entry, completeness: "complete" };
  }

  async put(name: ActionName, entry: ActionEntry, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const needsOthers = entry.references !== undefined && !this.#rows.standsAlone(entry);
    // With the lease of its blobs from the beginning, a quota does not drive it out before them.
    const leaseEndsMs = needsOthers
      ? await this.#sharedLeaseEnd(entry.references, call)
      : undefined;
    const write = { key: actionKey(name, call.instanceName), wins: "last", leaseEndsMs } as const;
    await this.#rows.write(write, entry, call);
  }

  /** Extends the leases of blobs. The earliest end among them; `undefined` where one is absent. */
  async #sharedLeaseEnd(references: readonly Digest[], call: Call): Promise<number | undefined> {
    const { endsMs, missing } = await this.#blobs.extend(references, call);
    if (missing.some(({ sizeBytes }) => sizeBytes < this.#splicedBytes)) return undefined;
    const ends = await mapConcurrently(missing, limits.storeConcurrency, (digest) =>
      this.#lists.leaseEnd(digest, call),
    );
    return ends.reduce(earlier, endsMs);
  }
}

function tookTooLong(key: RowKey): StoreError {
  return new StoreError(
    "unavailable",
    `looking up what ${key} refers to took so long that the answer is not relied on; try again`,
  );
}

/** The earlier of two times; `undefined` where one is. */
function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.min(one, other);
}
