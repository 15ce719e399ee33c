import { createHash } from "node:crypto";
import { type Digest, parseHash } from "../../shared/digest/digest.ts";
import { Random } from "../support/random.ts";

const CHUNK_BYTES = 64 * 1024;

/** Blobs of one size, always the same ones, of which all but the first bytes are equal: so none has to be held. */
export class MadeUpBlobs {
  readonly sizeBytes: number;
  readonly digests: readonly Digest[];
  readonly #rest: Uint8Array;

  constructor(sizeBytes: number, count: number) {
    this.sizeBytes = sizeBytes;
    const random = new Random(sizeBytes);
    this.#rest = Uint8Array.from({ length: CHUNK_BYTES }, () => random.below(256));
    this.digests = Array.from({ length: count }, (_, index) => this.#digest(index));
  }

  get totalBytes(): number {
    return this.sizeBytes * this.digests.length;
  }

  /** A blob in chunks, as a connection would give them. */
  async *body(index: number): AsyncGenerator<Uint8Array> {
    yield* this.#chunks(index);
  }

  *#chunks(index: number): Generator<Uint8Array> {
    const first = this.#rest.slice(0, Math.min(CHUNK_BYTES, this.sizeBytes));
    new DataView(first.buffer).setUint32(0, index);
    yield first;
    for (let at = CHUNK_BYTES; at < this.sizeBytes; at += CHUNK_BYTES) {
      yield this.#rest.subarray(0, this.sizeBytes - at);
    }
  }

  #digest(index: number): Digest {
    const hash = createHash("sha256");
    for (const chunk of this.#chunks(index)) hash.update(chunk);
    const name = parseHash("sha256", hash.digest("hex"), "hash");
    return { function: "sha256", hash: name, sizeBytes: this.sizeBytes };
  }
}
