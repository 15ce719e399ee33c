import type { Pieces } from "./pieces.node.ts";

/** A connection that uploads. */
export interface Uploads {
  /** The body of the answer, once it is whole. Throws if the server has refused. */
  upload(pieces: Pieces): Promise<Buffer>;
  close(): void;
}
