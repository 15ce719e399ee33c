import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { FullRow, Row } from "../../stores/indexed/blob-index.ts";
import { isRowKey, type RowKey } from "../../stores/indexed/row-key.ts";
import { isUploadId } from "../../stores/indexed/upload-id.ts";
import { StoreError } from "../../stores/store-error.ts";
import { packReferences, unpackReferences } from "./packed-references.node.ts";

/** An item as the SDK has it. None of the attributes' names is among the words that DynamoDB has reserved. */
export type Item = Record<string, AttributeValue>;

/** The attributes of a row without its content. */
export const bareAttributes = "pk, upload, bytes, inRow, alone, lease, expires";

/** Of the one item that is no row: it holds the purges in force, and has no lease. */
export const PURGES_KEY = "purges";

export type ItemKey = RowKey | typeof PURGES_KEY;

export function keyOf(key: ItemKey): Item {
  return { pk: { S: key } };
}

export function numberOf(value: number): AttributeValue {
  return { N: String(value) };
}

/** `expires` is when DynamoDB may delete the item, in seconds since the epoch. */
export function itemOf(row: FullRow, expires: number): Item {
  const { content, references } = row;
  return {
    ...keyOf(row.key),
    upload: { S: row.upload },
    bytes: numberOf(row.sizeBytes),
    inRow: { BOOL: row.inline },
    alone: { BOOL: row.standsAlone },
    lease: numberOf(row.leaseEndsMs),
    expires: numberOf(expires),
    ...(content === undefined || content.byteLength === 0 ? {} : { content: { B: content } }),
    ...(references.length === 0 ? {} : { refs: { B: packReferences(references) } }),
  };
}

export function rowOf(item: Item): Row {
  const { pk, upload, bytes, inRow, alone, lease } = item;
  if (pk?.S === undefined || !isRowKey(pk.S)) throw strange(item);
  if (upload?.S === undefined || !isUploadId(upload.S)) throw strange(item);
  if (bytes?.N === undefined || lease?.N === undefined) throw strange(item);
  if (inRow?.BOOL === undefined || alone?.BOOL === undefined) throw strange(item);
  return {
    key: pk.S,
    upload: upload.S,
    sizeBytes: Number(bytes.N),
    inline: inRow.BOOL,
    standsAlone: alone.BOOL,
    leaseEndsMs: Number(lease.N),
  };
}

/** The row with its content, which the item has to have where the row is inline. */
export function fullRowOf(item: Item): FullRow {
  const row = rowOf(item);
  const { content, refs } = item;
  return {
    ...row,
    content: row.inline ? (content?.B ?? new Uint8Array()) : undefined,
    references: refs?.B === undefined ? [] : unpackReferences(refs.B),
  };
}

/** When DynamoDB may delete the item, in seconds since the epoch. */
export function expiresOf({ expires }: Item): number {
  return Number(expires?.N ?? 0);
}

function strange(item: Item): StoreError {
  const key = item["pk"]?.S ?? "without a key";
  return new StoreError("corrupt", `the item ${key} is no row; something else writes to the table`);
}
