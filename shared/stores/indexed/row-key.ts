import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { digestFunctions, type DigestFunction } from "../../digest/digest-function.ts";
import { parseHash, type BlobName, type Digest } from "../../digest/digest.ts";
import type { InstanceName } from "../../digest/instance-name.ts";
import type { ActionName } from "../action-store.ts";

declare const brand: unique symbol;

/**
 * `cas/{scope}/{digest function}/{hash}` of a blob, `ac/...` of an action result, `chunks/...` of a list of a blob's chunks; in ASCII, and
 * at most 400 characters.
 */
export type RowKey = string & { readonly [brand]: "RowKey" };

/** What a row relies on: another row, with content of this size. */
export interface Reference {
  readonly key: RowKey;
  readonly sizeBytes: number;
}

/** What a row is. Only blobs stand alone: the others rely on them. */
type RowKind = "cas" | "ac" | "chunks";

/** A scope that would be longer is a hash of the instance name. */
const MAX_SCOPE_LENGTH = 200;

const pattern = /^(?:cas|ac|chunks)\/[-.\w]{1,200}\/(?<name>[a-z0-9]+)\/(?<hash>[0-9a-f]{32,128})$/;

export function blobKey({ function: name, hash }: BlobName, instance: InstanceName): RowKey {
  return rowKey("cas", instance, name, hash);
}

export function actionKey({ function: name, hash }: ActionName, instance: InstanceName): RowKey {
  return rowKey("ac", instance, name, hash);
}

export function chunkListKey({ function: name, hash }: BlobName, instance: InstanceName): RowKey {
  return rowKey("chunks", instance, name, hash);
}

export function isBlobKey(key: RowKey): boolean {
  return key.startsWith("cas/");
}

function rowKey(kind: RowKind, instance: InstanceName, name: DigestFunction, hash: string): RowKey {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that makes a RowKey.
  return `${kind}/${scopeOf(instance)}/${name}/${hash}` as RowKey;
}

export function isRowKey(text: string): text is RowKey {
  const name = pattern.exec(text)?.groups?.["name"];
  return name !== undefined && isFunction(name);
}

export function referenceTo(digest: Digest, instance: InstanceName): Reference {
  return { key: blobKey(digest, instance), sizeBytes: digest.sizeBytes };
}

/** What a reference takes in a row, in bytes, whatever the table. */
export function referenceBytes({ key }: Reference): number {
  return key.length + 20;
}

/** The digest that a reference was made of. */
export function digestOf({ key, sizeBytes }: Reference): Digest {
  const { name = "", hash = "" } = pattern.exec(key)?.groups ?? {};
  if (!isFunction(name)) throw new TypeError(`${key} names no digest function`);
  return { function: name, hash: parseHash(name, hash, "hash"), sizeBytes };
}

function isFunction(name: string): name is DigestFunction {
  return Object.hasOwn(digestFunctions, name);
}

/**
 * An instance name in characters that every table and bucket takes as they are: others become `_` and the hexadecimal digits of
 * their bytes, as do `.` and `..`, which URLs resolve, and the empty name `_`. No two names have the same scope.
 */
function scopeOf(instance: InstanceName): string {
  if (instance === "") return "_";
  const scope = instance.replaceAll(/[^-.A-Za-z0-9]+|^\.{1,2}$/gu, (others) =>
    Array.from(utf8ToBytes(others), (byte) => `_${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  if (scope.length <= MAX_SCOPE_LENGTH) return scope;
  return `__${bytesToHex(sha256(utf8ToBytes(instance)))}`;
}
