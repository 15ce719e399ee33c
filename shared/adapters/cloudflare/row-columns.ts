import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { quote } from "../../request-error.ts";
import type { FullRow, Row } from "../../stores/indexed/blob-index.ts";
import { isRowKey, type Reference, type RowKey } from "../../stores/indexed/row-key.ts";
import type { UploadId } from "../../stores/indexed/upload-id.ts";
import { StoreError } from "../../stores/store-error.ts";

/** A row of the table without what makes it large, as SQLite gives it. */
export interface RowColumns {
  readonly key: RowKey;
  readonly upload: UploadId;
  readonly size_bytes: number;
  readonly stands_alone: 0 | 1;
  readonly lease_ends_ms: number;
  readonly is_inline: 0 | 1;
}

/** A whole row, or one without content and references where these were not asked for. */
export interface FullRowColumns extends RowColumns {
  readonly content_hex?: string;
  readonly relies_on?: string | null;
}

/** The rows whose leases end in one span. */
export interface SpanColumns {
  readonly ends_ms: number;
  readonly row_count: number;
  readonly bytes: number;
}

export function rowOf(columns: RowColumns): Row {
  return {
    key: columns.key,
    upload: columns.upload,
    sizeBytes: columns.size_bytes,
    inline: columns.is_inline === 1,
    standsAlone: columns.stands_alone === 1,
    leaseEndsMs: columns.lease_ends_ms,
  };
}

export function fullRowOf(columns: FullRowColumns): FullRow {
  const row = rowOf(columns);
  const { content_hex: hex, relies_on: list } = columns;
  // Where an object holds the content, SQLite's hex() gives no digits: the same as for an empty content.
  const content = row.inline && hex !== undefined ? hexToBytes(hex) : undefined;
  return { ...row, content, references: list ? parseReferences(list) : [] };
}

/** What the INSERT takes, in the order of its parameters. */
export function parametersOf(row: FullRow): readonly (string | number | null)[] {
  const { key, upload, sizeBytes, standsAlone, leaseEndsMs, content, references } = row;
  const hex = content === undefined ? null : bytesToHex(content);
  const list = references.map((reference) => [reference.key, reference.sizeBytes]);
  const reliesOn = list.length === 0 ? null : JSON.stringify(list);
  return [key, upload, sizeBytes, standsAlone ? 1 : 0, leaseEndsMs, hex, reliesOn];
}

function parseReferences(list: string): readonly Reference[] {
  const pairs: unknown = JSON.parse(list);
  if (!Array.isArray(pairs) || !pairs.every(isPair)) {
    throw new StoreError("corrupt", `a row in D1 lists what it relies on as ${quote(list)}`);
  }
  return pairs.map(([key, sizeBytes]) => ({ key, sizeBytes }));
}

function isPair(value: unknown): value is readonly [RowKey, number] {
  if (!Array.isArray(value)) return false;
  const pair: readonly unknown[] = value;
  const [key, sizeBytes] = pair;
  return typeof key === "string" && isRowKey(key) && typeof sizeBytes === "number";
}
