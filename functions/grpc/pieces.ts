/** A message as the pieces that are sent one after the other, so that the bytes of blobs among them are not copied. */
export type Pieces = readonly Uint8Array[];

/** A message of several. */
export interface StreamedMessage {
  readonly pieces: Pieces;
  /** To be called once the memory of the pieces may be used again. */
  readonly sent: (() => void) | undefined;
}
