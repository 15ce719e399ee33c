import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { RequestMetadataSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** What is looked at of a RequestMetadata; a text that is not there is empty. */
export interface MetadataTexts {
  toolName: string;
  toolVersion: string;
  invocationId: string;
  actionId: string;
  mnemonic: string;
  target: string;
}

/**
 * The texts of a RequestMetadata in base64. Build clients send one with every request, and protobuf-es takes several times as long: it
 * is left what is out of the ordinary. Throws for what is none.
 */
export function readRequestMetadata(value: string): MetadataTexts {
  const texts = noTexts();
  const length = decode(value);
  const isRead =
    length !== undefined && readMessage({ begin: 0, end: length }, texts, metadataFields);
  return isRead ? texts : readSlowly(base64Decode(value));
}

/** One for all, since nothing of it is kept: an array of its own for each would take as long as all the rest. */
const scratch = new Uint8Array(4096);

const decoder = new TextDecoder();

const NO_DIGIT = 0xff;

/** What each character stands for, of both alphabets. */
const digits = new Uint8Array(128).fill(NO_DIGIT);
for (const alphabet of ["+/", "-_"]) {
  const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const all = `${capitals}${capitals.toLowerCase()}0123456789${alphabet}`;
  for (let digit = 0; digit < all.length; digit++) digits[all.codePointAt(digit) ?? 0] = digit;
}

/** Decodes base64 without padding, and says how many bytes it was; `undefined` for anything else. */
function decode(value: string): number | undefined {
  if (value.length > scratch.length || value.length % 4 === 1) return undefined;
  let bits = 0;
  let length = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = digits[value.codePointAt(at) ?? 0] ?? NO_DIGIT;
    if (digit === NO_DIGIT) return undefined;
    bits = (bits << 6) | digit;
    const left = (at + 1) & 3;
    if (left !== 1) scratch[length++] = bits >>> (((4 - left) & 3) * 2);
  }
  return length;
}

/** Which text has which field number. The message inside has a reader of its own. */
type Fields = readonly (keyof MetadataTexts | "toolDetails" | "other" | undefined)[];

const metadataFields: Fields = [
  undefined,
  "toolDetails",
  "actionId",
  "invocationId",
  "other",
  "mnemonic",
  "target",
  "other",
];

const toolFields: Fields = [undefined, "toolName", "toolVersion"];

/** What stands in front of a text or a message of a field with a low number: a byte. */
const DELIMITED = 2;

/** Whether it could: fields with low numbers, texts of ASCII, and lengths of a byte or two. */
function readMessage(
  { begin, end }: { readonly begin: number; readonly end: number },
  texts: MetadataTexts,
  fields: Fields,
): boolean {
  let at = begin;
  while (at < end) {
    const tag = scratch[at++] ?? 0;
    const field = (tag & 7) === DELIMITED ? fields[tag >>> 3] : undefined;
    let length = scratch[at++] ?? 0;
    if (length >= 0x80) length += ((scratch[at++] ?? 0x80) - 1) * 0x80;
    const next = at + length;
    if (field === undefined || length >= 0x4000 || next > end) return false;
    if (field === "toolDetails") {
      if (!readMessage({ begin: at, end: next }, texts, toolFields)) return false;
    } else if (field !== "other") {
      const text = asciiText(at, next);
      if (text === undefined) return false;
      texts[field] = text;
    }
    at = next;
  }
  return true;
}

/** The text of bytes that are ASCII. A short one is put together sooner than a decoder is called. */
function asciiText(begin: number, end: number): string | undefined {
  const isShort = end - begin < 16;
  let text = "";
  let all = 0;
  for (let at = begin; at < end; at++) {
    const byte = scratch[at] ?? 0;
    all |= byte;
    if (isShort) text += String.fromCodePoint(byte);
  }
  if (all >= 0x80) return undefined;
  return isShort ? text : decoder.decode(scratch.subarray(begin, end));
}

function readSlowly(bytes: Uint8Array): MetadataTexts {
  const metadata = fromBinary(RequestMetadataSchema, bytes);
  return {
    toolName: metadata.toolDetails?.toolName ?? "",
    toolVersion: metadata.toolDetails?.toolVersion ?? "",
    invocationId: metadata.toolInvocationId,
    actionId: metadata.actionId,
    mnemonic: metadata.actionMnemonic,
    target: metadata.targetId,
  };
}

function noTexts(): MetadataTexts {
  return {
    toolName: "",
    toolVersion: "",
    invocationId: "",
    actionId: "",
    mnemonic: "",
    target: "",
  };
}
