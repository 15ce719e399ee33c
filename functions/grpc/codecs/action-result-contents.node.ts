import { fileTags, resultTags } from "./action-result-fields.ts";
import { MalformedMessage, WireReader } from "./wire-reader.node.ts";

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
    if (tag === resultTags.stdoutRaw || tag === resultTags.stderrRaw) return true;
    if (tag !== resultTags.outputFiles) reader.skip(tag);
    else if (fileCarriesContents(reader)) return true;
  }
  return false;
}

function fileCarriesContents(reader: WireReader): boolean {
  const outerEnd = reader.enter();
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === fileTags.contents) return true;
    reader.skip(tag);
  }
  reader.leave(outerEnd);
  return false;
}
