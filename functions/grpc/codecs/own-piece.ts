/** From here on, bytes are a piece of their own: below, a copy costs less than one more piece. */
const OWN_PIECE_BYTES = 16 * 1024;

/** Whether bytes are sent as they are, and not copied into what is written around them. */
export function isOwnPiece({ byteLength }: Uint8Array): boolean {
  return byteLength >= OWN_PIECE_BYTES;
}
