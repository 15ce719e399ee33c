import { objectKeyOf } from "../../../shared/stores/indexed/object-key.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import type { Bucket } from "./bucket.ts";
import type { Table } from "./table.ts";
import { type KnownBlob, listKeyOf } from "./universe.ts";

/** Until when blobs can be read, by the rows and objects that there are. */
export class Presence {
  readonly #table: Table;
  readonly #bucket: Bucket;
  readonly #blobs: ReadonlyMap<RowKey, KnownBlob>;

  constructor(table: Table, bucket: Bucket, blobs: readonly KnownBlob[]) {
    this.#table = table;
    this.#bucket = bucket;
    this.#blobs = new Map(blobs.map((blob) => [blob.key, blob]));
  }

  /** When the lease ends that a blob has, whole or in chunks; long ago where it cannot be read. */
  leaseEndsMs(key: RowKey): number {
    const blob = this.#blobs.get(key);
    const whole = this.#rowEndsMs(key);
    if (blob === undefined || blob.ways.length === 0) return whole;
    const ways = blob.ways.map((chunks) =>
      Math.min(...chunks.map((chunk) => this.#rowEndsMs(chunk.key))),
    );
    // Which of the ways a list is does not matter here: who reads by another finds out.
    return Math.max(whole, Math.min(this.#rowEndsMs(listKeyOf(blob)), Math.max(...ways)));
  }

  #rowEndsMs(key: RowKey): number {
    const row = this.#table.rows.get(key);
    const isThere = row !== undefined && (row.inline || this.#bucket.names.has(objectKeyOf(row)));
    return isThere ? row.leaseEndsMs : -Infinity;
  }
}
