import type { Pieces } from "../pieces.ts";
import { resultTags } from "./action-result-fields.ts";
import { addContents, allPieces, isOwnPiece } from "./own-piece.node.ts";
import type { Place } from "./result-places.node.ts";
import { varintBytes, WireWriter } from "./wire-writer.node.ts";

type Contents = readonly (Uint8Array | undefined)[];

/** The result with contents in their places; those that are `undefined` are left out. Gives the memory back of those that it copies. */
export function inlinedPieces(
  bytes: Uint8Array,
  places: readonly Place[],
  contents: Contents,
): Pieces {
  const found = places
    .flatMap((place, index) => {
      const data = contents[index];
      return data === undefined ? [] : [{ place, data }];
    })
    .toSorted((one, other) => beginOf(one.place) - beginOf(other.place));
  if (found.length === 0) return [bytes];
  const headers = found.reduce(
    (sum, { place, data }) => sum + headerBytes(place, data.byteLength),
    0,
  );
  const copied = found.reduce((sum, { data }) => sum + (isOwnPiece(data) ? 0 : data.byteLength), 0);
  const replaced = found.reduce((sum, { place: { file } }) => {
    return sum + (file === undefined ? 0 : file.valueBegin - file.begin);
  }, 0);
  const writer = new WireWriter(bytes.byteLength - replaced + headers + copied);
  const pieces: Uint8Array[] = [];
  let written = 0;
  const writeUpTo = (end: number): void => {
    writer.raw(bytes.subarray(written, end));
    written = end;
  };
  for (const { place, data } of found) {
    const { file, tag, at } = place;
    if (file !== undefined) {
      writeUpTo(file.begin);
      const length = file.end - file.valueBegin + fieldBytes(data.byteLength);
      writer.uint32(resultTags.outputFiles).uint32(length);
      written = file.valueBegin;
    }
    writeUpTo(at);
    writer.uint32(tag).uint32(data.byteLength);
    addContents(writer, data, pieces);
  }
  writeUpTo(bytes.byteLength);
  return allPieces(writer, pieces);
}

/** Where the field begins that is written anew, or the new one goes. */
function beginOf({ at, file }: Place): number {
  return file?.begin ?? at;
}

/** A field of so many bytes, whose tag takes one byte. */
function fieldBytes(length: number): number {
  return 1 + varintBytes(length) + length;
}

/** What comes with contents beside them. */
function headerBytes({ file }: Place, length: number): number {
  const own = fieldBytes(length) - length;
  if (file === undefined) return own;
  return own + 1 + varintBytes(file.end - file.valueBegin + fieldBytes(length));
}
