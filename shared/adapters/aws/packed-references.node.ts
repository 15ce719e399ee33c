import { isRowKey, type Reference } from "../../stores/indexed/row-key.ts";
import { StoreError } from "../../stores/store-error.ts";

/** References that follow one another and whose keys differ in the hash alone. */
interface Run {
  /** What the keys have in common: `cas/_/sha256/`. */
  readonly prefix: string;
  readonly entries: { readonly hash: Buffer; readonly sizeBytes: number }[];
}

/** Bytes of a run before its prefix: the prefix's length (2), the length of each hash (1), the number of entries (4). */
const HEAD_BYTES = 7;
/** Bytes of an entry behind its hash. */
const SIZE_BYTES = 8;

/** References as one binary attribute: half of what texts would take, and DynamoDB bills by size. */
export function packReferences(references: readonly Reference[]): Uint8Array {
  return Buffer.concat(runsOf(references).flatMap(packRun));
}

export function unpackReferences(packed: Uint8Array): readonly Reference[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const references: Reference[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const prefixAt = at + HEAD_BYTES;
    const firstAt = prefixAt + bytes.readUInt16BE(at);
    const prefix = bytes.toString("latin1", prefixAt, firstAt);
    const hashBytes = bytes.readUInt8(at + 2);
    const end = firstAt + bytes.readUInt32BE(at + 3) * (hashBytes + SIZE_BYTES);
    for (at = firstAt; at < end; at += hashBytes + SIZE_BYTES) {
      const key = prefix + bytes.toString("hex", at, at + hashBytes);
      if (!isRowKey(key)) throw new StoreError("corrupt", `${key} is in a row's list, but no key`);
      references.push({ key, sizeBytes: Number(bytes.readBigUInt64BE(at + hashBytes)) });
    }
  }
  return references;
}

function runsOf(references: readonly Reference[]): readonly Run[] {
  const runs: Run[] = [];
  for (const { key, sizeBytes } of references) {
    const prefix = key.slice(0, key.lastIndexOf("/") + 1);
    const entry = { hash: Buffer.from(key.slice(prefix.length), "hex"), sizeBytes };
    const last = runs.at(-1);
    if (last?.prefix === prefix) last.entries.push(entry);
    else runs.push({ prefix, entries: [entry] });
  }
  return runs;
}

function packRun({ prefix, entries }: Run): readonly Buffer[] {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(prefix.length);
  head.writeUInt8(entries[0]?.hash.byteLength ?? 0, 2);
  head.writeUInt32BE(entries.length, 3);
  const packed = entries.flatMap(({ hash, sizeBytes }) => {
    const size = Buffer.alloc(SIZE_BYTES);
    size.writeBigUInt64BE(BigInt(sizeBytes));
    return [hash, size];
  });
  return [head, Buffer.from(prefix, "latin1"), ...packed];
}
