import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import {
  allDigestFunctions,
  digestFunctions,
  type DigestFunction,
} from "../digest/digest-function.ts";
import { type Digest, parseHash } from "../digest/digest.ts";
import type { ActionEntry } from "./action-store.ts";

/** Fields of an entry. */
const ACTION_SIZE = 1;
const RESULT = 2;
const HAS_REFERENCES = 3;
const REFERENCE = 4;

/** Fields of a reference. */
const FUNCTION = 1;
const HASH = 2;
const SIZE = 3;

const names = new Map<number, DigestFunction>();
for (const name of allDigestFunctions) names.set(digestFunctions[name].value, name);

/** An entry as bytes: a message of our own, so that fields can be added. */
export function encodeEntry(entry: ActionEntry): Uint8Array {
  const writer = new BinaryWriter();
  if (entry.actionSizeBytes !== undefined) {
    writer.tag(ACTION_SIZE, WireType.Varint).uint64(entry.actionSizeBytes);
  }
  writer.tag(RESULT, WireType.LengthDelimited).bytes(entry.result);
  if (entry.references !== undefined) writer.tag(HAS_REFERENCES, WireType.Varint).bool(true);
  for (const digest of entry.references ?? []) {
    writer.tag(REFERENCE, WireType.LengthDelimited).fork();
    writer.tag(FUNCTION, WireType.Varint).uint32(digestFunctions[digest.function].value);
    writer.tag(HASH, WireType.LengthDelimited).bytes(hexToBytes(digest.hash));
    writer.tag(SIZE, WireType.Varint).uint64(digest.sizeBytes).join();
  }
  return writer.finish();
}

/** The entry. Throws where the bytes are none; a checksum has told that they are as they were written. */
export function decodeEntry(bytes: Uint8Array): ActionEntry {
  const reader = new BinaryReader(bytes);
  let actionSizeBytes: number | undefined;
  let result = new Uint8Array();
  let hasReferences = false;
  const references: Digest[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === ACTION_SIZE) actionSizeBytes = Number(reader.uint64());
    else if (field === RESULT) result = reader.bytes().slice();
    else if (field === HAS_REFERENCES) hasReferences = reader.bool();
    else if (field === REFERENCE) references.push(decodeReference(reader.bytes()));
    else reader.skip(wireType, field);
  }
  return {
    ...(actionSizeBytes === undefined ? {} : { actionSizeBytes }),
    result,
    references: hasReferences ? references : undefined,
  };
}

function decodeReference(bytes: Uint8Array): Digest {
  const reader = new BinaryReader(bytes);
  let name: DigestFunction = "sha256";
  let hash = "";
  let sizeBytes = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === FUNCTION) name = names.get(reader.uint32()) ?? "sha256";
    else if (field === HASH) hash = bytesToHex(reader.bytes());
    else if (field === SIZE) sizeBytes = Number(reader.uint64());
    else reader.skip(wireType, field);
  }
  return { function: name, hash: parseHash(name, hash, "hash"), sizeBytes };
}
