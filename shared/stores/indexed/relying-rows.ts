import { collect, iterate } from "../../bytes/collect.ts";
import { type Digest, isEmptyBlob } from "../../digest/digest.ts";
import type { InstanceName } from "../../digest/instance-name.ts";
import { decodeEntry, encodeEntry } from "../action-entry.ts";
import type { ActionEntry } from "../action-store.ts";
import { blobScopeOf, type Call } from "../call.ts";
import { referencesRenewal, type Row } from "./blob-index.ts";
import { CommittedUploads, type Write } from "./committed-uploads.ts";
import type { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { RowContents } from "./row-contents.ts";
import { digestOf, type Reference, referenceTo, type RowKey } from "./row-key.ts";
import { rowBytes } from "./row-size.ts";

/** A row that relies on others, and the entry that it holds. */
export interface RelyingRow {
  readonly row: Row;
  readonly entry: ActionEntry;
}

/** Where an entry is to be written. */
export interface EntryWrite extends Pick<Write, "key" | "wins"> {
  /** When the lease of all that it refers to ends. Left out, its own lease does not begin yet. */
  readonly leaseEndsMs?: number | undefined;
}

/** Entries in the rows of an index, with what they refer to: results of actions, and lists of chunks. */
export class RelyingRows {
  readonly #parts: IndexedParts;
  readonly #lookUp: ConfirmedLookUp;
  readonly #contents: RowContents;
  readonly #uploads: CommittedUploads;

  constructor(parts: IndexedParts, lookUp: ConfirmedLookUp) {
    this.#parts = parts;
    this.#lookUp = lookUp;
    this.#contents = new RowContents(parts, lookUp);
    this.#uploads = new CommittedUploads(parts, lookUp);
  }

  /** The newest row of a key; `undefined` is a miss. */
  async open(key: RowKey, { signal }: Call): Promise<RelyingRow | undefined> {
    const found = await this.#contents.open({ key, consistent: true }, { offset: 0 }, signal);
    if (found === undefined) return undefined;
    const { row, source } = found;
    const entry = decodeEntry(await collect(source, row.sizeBytes));
    if (entry.references === undefined || !row.inline) return { row, entry };
    return { row, entry: { ...entry, references: row.references.map(digestOf) } };
  }

  /** Whether a lease may be too short for an answer of now. */
  isDue(leaseEndsMs: number): boolean {
    return leaseEndsMs < this.#lookUp.renewal().dueMs;
  }

  /** The same for an answer that other rows will rely on. */
  isSoonDue(leaseEndsMs: number): boolean {
    return leaseEndsMs < referencesRenewal(this.#lookUp.renewal()).dueMs;
  }

  /** Extends the lease of a row to that of all that it relies on. Whether the row is still in place. */
  async extend(row: Row, leaseEndsMs: number, { signal }: Call): Promise<boolean> {
    const askedMs = this.#parts.clock.now();
    const inPlace = await this.#parts.index.renew([row], leaseEndsMs, signal);
    this.#lookUp.checkInTime(askedMs);
    return inPlace.has(row.key);
  }

  /** Removes a row that is still as given. */
  async remove(row: Row, { signal }: Call): Promise<void> {
    await this.#parts.index.remove([row], signal);
  }

  /** Whether the row's lease covers nothing else: for references that nobody knows none can stand, so that reads alone renew it. */
  standsAlone({ references }: ActionEntry): boolean {
    return references === undefined || references.every(isEmptyBlob);
  }

  /** Writes an entry, in its row if it is small enough. The row; `undefined` where another one has stayed. */
  async write(
    { key, wins, leaseEndsMs }: EntryWrite,
    entry: ActionEntry,
    call: Call,
  ): Promise<Row | undefined> {
    const references = reliedOn(entry.references ?? [], blobScopeOf(call));
    const content = encodeEntry({ ...entry, references: entry.references && [] });
    const write = { key, wins, leaseEndsMs, standsAlone: this.standsAlone(entry) };
    const bytes = rowBytes({ content, references });
    if (bytes > Math.min(this.#parts.index.maxRowBytes, this.#parts.policy.inlineActionBytes)) {
      return await this.#writeObject(write, encodeEntry(entry), call.signal);
    }
    const sizeBytes = content.byteLength;
    return await this.#uploads.inRow({ ...write, sizeBytes, references }, content, call.signal);
  }

  async #writeObject(
    write: Omit<Write, "sizeBytes" | "references">,
    content: Uint8Array,
    signal: AbortSignal,
  ): Promise<Row | undefined> {
    const sizeBytes = content.byteLength;
    const hasher = this.#parts.hashers.create("sha256", sizeBytes);
    hasher.update(content);
    const digest: Digest = { function: "sha256", hash: await hasher.finish(), sizeBytes };
    const whole = { ...write, sizeBytes, references: [] };
    return await this.#uploads.inObject(whole, digest, iterate([content]), signal);
  }
}

/** What must be there for an entry to be usable: the empty blob always is. */
function reliedOn(references: readonly Digest[], instance: InstanceName): readonly Reference[] {
  return references
    .filter((digest) => !isEmptyBlob(digest))
    .map((digest) => referenceTo(digest, instance));
}
