import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { hexToBytes } from "@noble/hashes/utils.js";
import {
  allDigestFunctions,
  digestFunctions,
  type DigestFunction,
} from "../digest/digest-function.ts";
import { type Digest, hashOf } from "../digest/digest.ts";
import type { ActionEntry } from "./action-store.ts";
import { FieldReader } from "./field-reader.ts";

/** Fields of an entry. */
const ACTION_SIZE = 1;
const RESULT = 2;
const HAS_REFERENCES = 3;
const REFERENCE = 4;

/** Fields of a reference. */
const FUNCTION = 1;
const HASH = 2;
const SIZE = 3;

const nothing: Uint8Array = new Uint8Array();

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

/**
 * The entry; its result is a part of `bytes`. Throws where these are none: a checksum has told that they are as they were written.
 */
export function decodeEntry(bytes: Uint8Array): ActionEntry {
  const reader = new FieldReader(bytes);
  let actionSizeBytes: number | undefined;
  let result = nothing;
  let hasReferences = false;
  const references: Digest[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === ACTION_SIZE) actionSizeBytes = reader.varint();
    else if (field === RESULT) result = reader.bytes();
    else if (field === HAS_REFERENCES) hasReferences = reader.varint() !== 0;
    else if (field === REFERENCE) references.push(decodeReference(reader));
    else reader.skip();
  }
  return {
    ...(actionSizeBytes === undefined ? {} : { actionSizeBytes }),
    result,
    references: hasReferences ? references : undefined,
  };
}

function decodeReference(reader: FieldReader): Digest {
  let name: DigestFunction = "sha256";
  let hash = nothing;
  let sizeBytes = 0;
  const outerEnd = reader.enter();
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === FUNCTION) name = names.get(reader.varint()) ?? "sha256";
    else if (field === HASH) hash = reader.bytes();
    else if (field === SIZE) sizeBytes = reader.varint();
    else reader.skip();
  }
  reader.resume(outerEnd);
  return { function: name, hash: hashOf(name, hash), sizeBytes };
}
