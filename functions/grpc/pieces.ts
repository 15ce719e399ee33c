/** A message as the pieces that are sent one after the other, so that the bytes of blobs among them are not copied. */
export type Pieces = readonly Uint8Array[];
