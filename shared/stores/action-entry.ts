import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { hexToBytes } from "@noble/hashes/utils.js";
import {
  allDigestFunctions,
  digestFunctions,
  type DigestFunction,
} from "../digest/digest-function.ts";
import { type Digest, hashOf } from "../digest/digest.ts";
import { HEX_DIGITS_OF_256_BITS } from "../digest/hash-words.ts";
import { HashWordsReader } from "../digest/hash-words-reader.ts";
import { WordsDigest } from "../digest/words-digest.ts";
import type { ActionEntry, FoundAction } from "./action-store.ts";
import { FieldReader } from "./field-reader.ts";
import type { Provenance } from "./provenance.ts";

/** Fields of an entry. */
const ACTION_SIZE = 1;
const RESULT = 2;
const HAS_REFERENCES = 3;
const REFERENCE = 4;
const PROVENANCE = 5;

/** Fields of a reference. */
const FUNCTION = 1;
const HASH = 2;
const SIZE = 3;

/** Memory is made for so many hashes at a time, of whichever entries: to make it for a few would take longer than to read them. */
const passingHashes = new HashWordsReader(512);

/** Fields of a provenance. */
const SUBJECT = 1;
const WRITTEN = 2;
const INVOCATION = 3;
const TOOL = 4;

const nothing: Uint8Array = new Uint8Array();

/** By their numbers, which are small. */
const names: DigestFunction[] = [];
for (const name of allDigestFunctions) names[digestFunctions[name].value] = name;

/** An entry as bytes: a message of our own, so that fields can be added. */
export function encodeEntry(entry: ActionEntry): Uint8Array {
  const writer = new BinaryWriter();
  if (entry.actionSizeBytes !== undefined) {
    writer.tag(ACTION_SIZE, WireType.Varint).uint64(entry.actionSizeBytes);
  }
  writer.tag(RESULT, WireType.LengthDelimited).bytes(entry.result);
  if (entry.provenance !== undefined) writeProvenance(writer, entry.provenance);
  if (entry.references !== undefined) writer.tag(HAS_REFERENCES, WireType.Varint).bool(true);
  for (const digest of entry.references ?? []) {
    writer.tag(REFERENCE, WireType.LengthDelimited).fork();
    writer.tag(FUNCTION, WireType.Varint).uint32(digestFunctions[digest.function].value);
    writer.tag(HASH, WireType.LengthDelimited).bytes(hexToBytes(digest.hash));
    writer.tag(SIZE, WireType.Varint).uint64(digest.sizeBytes).join();
  }
  return writer.finish();
}

function writeProvenance(writer: BinaryWriter, provenance: Provenance): void {
  const { subject, writtenMs, invocationId, toolName } = provenance;
  writer.tag(PROVENANCE, WireType.LengthDelimited).fork();
  writer.tag(SUBJECT, WireType.LengthDelimited).string(subject);
  writer.tag(WRITTEN, WireType.Varint).uint64(writtenMs);
  if (invocationId !== undefined) {
    writer.tag(INVOCATION, WireType.LengthDelimited).string(invocationId);
  }
  if (toolName !== undefined) writer.tag(TOOL, WireType.LengthDelimited).string(toolName);
  writer.join();
}

/** One that is put together field by field: to spread optional ones in would take several times as long. */
type Growing<T> = { -readonly [Field in keyof T]: T[Field] };

/**
 * The entry that begins at `begin`; its result is a part of `bytes`, and the hashes that it refers to are of `hashes`: who keeps it has a
 * reader of its own. Throws where these are none: a checksum has told that they are as they were written.
 */
export function decodeEntry(
  bytes: Uint8Array,
  begin = 0,
  hashes: HashWordsReader = passingHashes,
): FoundAction {
  const reader = new FieldReader(bytes, begin);
  let actionSizeBytes: number | undefined;
  let result = nothing;
  let hasReferences = false;
  const references: Digest[] = [];
  let provenance: Provenance | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === ACTION_SIZE) actionSizeBytes = reader.varint();
    else if (field === RESULT) result = reader.bytes();
    else if (field === HAS_REFERENCES) hasReferences = reader.varint() !== 0;
    else if (field === REFERENCE) references.push(decodeReference(reader, hashes));
    else if (field === PROVENANCE) provenance = decodeProvenance(reader);
    else reader.skip();
  }
  const entry: Growing<FoundAction> = {
    result,
    references: hasReferences ? references : undefined,
    completeness: "unknown",
  };
  if (actionSizeBytes !== undefined) entry.actionSizeBytes = actionSizeBytes;
  if (provenance !== undefined) entry.provenance = provenance;
  return entry;
}

function decodeReference(reader: FieldReader, hashes: HashWordsReader): Digest {
  let name: DigestFunction = "sha256";
  let words: Uint32Array | undefined;
  let hash = nothing;
  let sizeBytes = 0;
  const outerEnd = reader.enter();
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === FUNCTION) name = names[reader.varint()] ?? "sha256";
    else if (field === HASH) {
      if (has256Bits(name) && reader.hashWords(hashes)) {
        words = hashes.words;
      } else hash = reader.bytes();
    } else if (field === SIZE) sizeBytes = reader.varint();
    else reader.skip();
  }
  reader.resume(outerEnd);
  if (words !== undefined && has256Bits(name)) {
    return new WordsDigest(name, words, hashes.at, sizeBytes);
  }
  return { function: name, hash: hashOf(name, hash), sizeBytes };
}

function has256Bits(name: DigestFunction): boolean {
  return digestFunctions[name].hashLength === HEX_DIGITS_OF_256_BITS;
}

function decodeProvenance(reader: FieldReader): Provenance {
  let subject = "";
  let writtenMs = 0;
  let invocationId: string | undefined;
  let toolName: string | undefined;
  const outerEnd = reader.enter();
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === SUBJECT) subject = reader.text();
    else if (field === WRITTEN) writtenMs = reader.varint();
    else if (field === INVOCATION) invocationId = reader.text();
    else if (field === TOOL) toolName = reader.text();
    else reader.skip();
  }
  reader.resume(outerEnd);
  const provenance: Growing<Provenance> = { subject, writtenMs };
  if (invocationId !== undefined) provenance.invocationId = invocationId;
  if (toolName !== undefined) provenance.toolName = toolName;
  return provenance;
}
