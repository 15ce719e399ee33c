import { createHash } from "node:crypto";
import { type Digest, parseHash } from "../../shared/digest/digest.ts";
import { Random } from "../support/random.ts";

const CHUNK_BYTES = 64 * 1024;

/** What a blob has to itself. */
const OWN_BYTES = 16;

/** Blobs of one size from four bytes on, always the same ones, of which all but the first bytes are equal: so none has to be held. */
export class MadeUpBlobs {
  readonly sizeBytes: number;
  readonly digests: readonly Digest[];
  readonly #first: number;
  readonly #rest: Buffer;

  /** Another `first` gives other blobs, if it is further away than there are blobs. */
  constructor(sizeBytes: number, count: number, first = 0) {
    this.sizeBytes = sizeBytes;
    this.#first = first;
    const random = new Random(sizeBytes);
    this.#rest = Buffer.from(Uint8Array.from({ length: CHUNK_BYTES }, () => random.below(256)));
    this.digests = Array.from({ length: count }, (_, index) => this.#digest(index));
  }

  get totalBytes(): number {
    return this.sizeBytes * this.digests.length;
  }

  /** A blob in chunks, as a connection would give them. */
  async *body(index: number): AsyncGenerator<Uint8Array> {
    const [own, rest, ...chunks] = this.pieces(index);
    yield Buffer.concat([own ?? Buffer.alloc(0), rest ?? Buffer.alloc(0)]);
    yield* chunks;
  }

  /** The same blob without a copy of what all have: its own bytes, the rest of its first chunk, and the others. */
  pieces(index: number): readonly Buffer[] {
    const own = Buffer.from(this.#rest.subarray(0, Math.min(OWN_BYTES, this.sizeBytes)));
    own.writeUInt32BE(this.#first + index);
    const pieces = [own, this.#rest.subarray(own.byteLength, this.sizeBytes)];
    for (let at = CHUNK_BYTES; at < this.sizeBytes; at += CHUNK_BYTES) {
      pieces.push(this.#rest.subarray(0, this.sizeBytes - at));
    }
    return pieces;
  }

  #digest(index: number): Digest {
    const hash = createHash("sha256");
    for (const piece of this.pieces(index)) hash.update(piece);
    const name = parseHash("sha256", hash.digest("hex"), "hash");
    return { function: "sha256", hash: name, sizeBytes: this.sizeBytes };
  }
}
