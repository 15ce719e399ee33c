import { giveBack, lendAs } from "../../../shared/bytes/memory-pool.ts";
import type { Pieces } from "../pieces.ts";
import type { WireWriter } from "./wire-writer.node.ts";

/** From here on, bytes are a piece of their own: below, a copy costs less than one more piece. */
const OWN_PIECE_BYTES = 16 * 1024;

/** Whether bytes are sent as they are, and not copied into what is written around them. */
export function isOwnPiece({ byteLength }: Uint8Array): boolean {
  return byteLength >= OWN_PIECE_BYTES;
}

/** Puts contents behind what was written: among the pieces, or copied, and then their memory is given back. */
export function addContents(writer: WireWriter, data: Uint8Array, pieces: Uint8Array[]): void {
  if (isOwnPiece(data)) pieces.push(writer.take(), data);
  else {
    writer.raw(data);
    giveBack(data);
  }
}

/** All pieces, when everything is written. With the last one, all of the writer's memory is sent. */
export function allPieces(writer: WireWriter, pieces: readonly Uint8Array[]): Pieces {
  const last = writer.take();
  lendAs(last, [last]);
  return [...pieces, last];
}
