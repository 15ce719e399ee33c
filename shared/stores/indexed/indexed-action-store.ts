import { collect, iterate } from "../../bytes/collect.ts";
import { type Digest, isEmptyBlob } from "../../digest/digest.ts";
import type { InstanceName } from "../../digest/instance-name.ts";
import { decodeEntry, encodeEntry } from "../action-entry.ts";
import type { ActionEntry, ActionName, ActionStore, FoundAction } from "../action-store.ts";
import type { Call } from "../call.ts";
import { type FullRow, referencesRenewal } from "./blob-index.ts";
import { CommittedUploads, type Write } from "./committed-uploads.ts";
import { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { RowContents } from "./row-contents.ts";
import { actionKey, digestOf, type Reference, referenceBytes, referenceTo } from "./row-key.ts";

/**
 * Action results in the rows of an index. The lease of such a row never outlasts the leases of the blobs that it refers to, so that
 * as long as it is not due, one row answers for all of them.
 */
export class IndexedActionStore implements ActionStore {
  readonly #parts: IndexedParts;
  readonly #lookUp: ConfirmedLookUp;
  readonly #contents: RowContents;
  readonly #uploads: CommittedUploads;

  constructor(parts: IndexedParts) {
    this.#parts = parts;
    this.#lookUp = new ConfirmedLookUp(parts.index, parts.clock, parts.policy);
    this.#contents = new RowContents(parts.index, parts.objects, this.#lookUp);
    this.#uploads = new CommittedUploads(parts, this.#lookUp);
  }

  async get(name: ActionName, call: Call): Promise<FoundAction | undefined> {
    // The last write wins for every reader: an answer that lags will not do.
    const wanted = { key: actionKey(name, call.instanceName), consistent: true };
    const found = await this.#contents.open(wanted, { offset: 0 }, call.signal);
    if (found === undefined) return undefined;
    const { row, source } = found;
    const entry = decodeEntry(await collect(source, row.sizeBytes));
    if (entry.references === undefined) return { ...entry, completeness: "unknown" };
    const references = row.inline ? row.references.map(digestOf) : entry.references;
    const isDue = row.leaseEndsMs < this.#lookUp.renewal().dueMs;
    const isComplete = !isDue || (await this.#lease(row, references, call));
    return { ...entry, references, completeness: isComplete ? "complete" : "incomplete" };
  }

  async put(name: ActionName, entry: ActionEntry, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const references = reliedOn(entry.references ?? [], call.instanceName);
    const standsAlone = entry.references !== undefined && references.length === 0;
    const content = encodeEntry({ ...entry, references: entry.references && [] });
    const key = actionKey(name, call.instanceName);
    // With the lease of its blobs from the beginning, a quota does not drive it out before them.
    const leaseEndsMs = standsAlone ? undefined : await this.#sharedLeaseEnd(references, call);
    const write = { key, standsAlone, leaseEndsMs, wins: "last" } as const;
    const bytes = references.reduce((sum, each) => sum + referenceBytes(each), content.byteLength);
    if (bytes <= Math.min(this.#parts.index.maxRowBytes, this.#parts.policy.inlineActionBytes)) {
      const sizeBytes = content.byteLength;
      await this.#uploads.inRow({ ...write, sizeBytes, references }, content, call.signal);
    } else {
      await this.#putObject(write, encodeEntry(entry), call.signal);
    }
  }

  async #putObject(
    write: Omit<Write, "sizeBytes" | "references">,
    content: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const hasher = this.#parts.hashers.create("sha256");
    hasher.update(content);
    const sizeBytes = content.byteLength;
    const digest: Digest = { function: "sha256", hash: await hasher.finish(), sizeBytes };
    const whole = { ...write, sizeBytes, references: [] };
    await this.#uploads.inObject(whole, digest, iterate([content]), signal);
  }

  /** Extends the lease of what the row relies on, and the row's own as far as that goes. Whether all of it is there. */
  async #lease(row: FullRow, references: readonly Digest[], call: Call): Promise<boolean> {
    const leaseEndsMs = await this.#sharedLeaseEnd(reliedOn(references, call.instanceName), call);
    if (leaseEndsMs === undefined) return false;
    const askedMs = this.#parts.clock.now();
    await this.#parts.index.renew([row], leaseEndsMs, call.signal);
    this.#lookUp.checkInTime(askedMs);
    return true;
  }

  /** Extends the leases of rows. The earliest end among them; `undefined` where one is absent, or there are none. */
  async #sharedLeaseEnd(needed: readonly Reference[], call: Call): Promise<number | undefined> {
    if (needed.length === 0) return undefined;
    const keys = [...new Set(needed.map(({ key }) => key))];
    const renewal = referencesRenewal(this.#lookUp.renewal());
    const rows = await this.#lookUp.find(keys, { contents: false, renewal }, call.signal);
    let leaseEndsMs = renewal.untilMs;
    for (const { key, sizeBytes } of needed) {
      const found = rows.get(key);
      if (found?.sizeBytes !== sizeBytes) return undefined;
      leaseEndsMs = Math.min(leaseEndsMs, found.leaseEndsMs);
    }
    return leaseEndsMs;
  }
}

/** What must be there for a result to be usable: the empty blob always is. */
function reliedOn(references: readonly Digest[], instance: InstanceName): readonly Reference[] {
  return references
    .filter((digest) => !isEmptyBlob(digest))
    .map((digest) => referenceTo(digest, instance));
}
