import { MalformedMessage, WireReader } from "./wire-reader.node.ts";

/** Fields of an ActionResult. */
const OUTPUT_FILES = (2 << 3) | 2;
const STDOUT_RAW = (5 << 3) | 2;
const STDERR_RAW = (7 << 3) | 2;

/** Of an OutputFile. */
const CONTENTS = (5 << 3) | 2;

/** Whether an encoded ActionResult can have the contents of a file in it. */
export function mayCarryContents(bytes: Uint8Array): boolean {
  try {
    return carriesContents(bytes);
  } catch (error) {
    if (error instanceof MalformedMessage) return true;
    throw error;
  }
}

function carriesContents(bytes: Uint8Array): boolean {
  const reader = new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === STDOUT_RAW || tag === STDERR_RAW) return true;
    if (tag !== OUTPUT_FILES) reader.skip(tag);
    else if (fileCarriesContents(reader)) return true;
  }
  return false;
}

function fileCarriesContents(reader: WireReader): boolean {
  const outerEnd = reader.enter();
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === CONTENTS) return true;
    reader.skip(tag);
  }
  reader.leave(outerEnd);
  return false;
}
