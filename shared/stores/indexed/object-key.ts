import { isRowKey, type RowKey } from "./row-key.ts";
import { isUploadId, type UploadId } from "./upload-id.ts";

declare const brand: unique symbol;

/** The name of an object: the row's key and the upload, behind a shard. Never used twice. */
export type ObjectKey = string & { readonly [brand]: "ObjectKey" };

/** Hexadecimal digits of the hash that come first, so that objects can be listed a part at a time. */
const SHARD_DIGITS = 2;

/** How many parts the objects can be listed in. */
export const shardCount: number = 16 ** SHARD_DIGITS;

export function objectKeyOf({ key, upload }: { key: RowKey; upload: UploadId }): ObjectKey {
  const hash = key.slice(key.lastIndexOf("/") + 1);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that makes an ObjectKey.
  return `${hash.slice(0, SHARD_DIGITS)}/${key}/${upload}` as ObjectKey;
}

/** What the keys of a shard's objects begin with. */
export function shardPrefix(shard: number): string {
  return `${shard.toString(16).padStart(SHARD_DIGITS, "0")}/`;
}

/** What an object's name says; `undefined` where it is none of ours. */
export function parseObjectKey(
  name: string,
): { objectKey: ObjectKey; key: RowKey; upload: UploadId } | undefined {
  const end = name.lastIndexOf("/");
  const key = name.slice(SHARD_DIGITS + 1, end);
  const upload = name.slice(end + 1);
  if (!isRowKey(key) || !isUploadId(upload)) return undefined;
  const objectKey = objectKeyOf({ key, upload });
  return objectKey === name ? { objectKey, key, upload } : undefined;
}
