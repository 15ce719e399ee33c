import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Hash } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import type { Sha256 } from "./library-hashes.ts";
import { WholeBlocks } from "./whole-blocks.ts";

const PAGE_BYTES = 64 * 1024;
const PAGES_PER_BLOCK = 32;

/** What the identifier is of the nothing before the first block. */
const seed = utf8ToBytes("VSO Content Identifier Seed");

/** What follows a block's hash: whether another block follows. */
const more = Uint8Array.of(0);
const last = Uint8Array.of(1);

/** What ends every hash, and says that it names a file. */
const ALGORITHM_ID = "00";

/** VSO-Hash, which Azure DevOps calls files by: SHA-256 of pages, of blocks of these, and of each block behind what came before it. */
export class Vso implements Hasher {
  readonly #sha256: Sha256;
  readonly #bytes = new WholeBlocks(PAGE_BYTES);
  #pages: Promise<Uint8Array>[] = [];
  #identifier: Promise<Uint8Array> = Promise.resolve(seed);

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  update(bytes: Uint8Array): void {
    for (const run of this.#bytes.add(bytes)) {
      for (let at = 0; at < run.byteLength; at += PAGE_BYTES) {
        this.#addPage(run.subarray(at, at + PAGE_BYTES));
      }
    }
  }

  async finish(): Promise<Hash> {
    const { rest } = this.#bytes;
    if (rest.byteLength > 0) this.#addPage(rest);
    this.#endBlock(last);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just computed needs no check.
    return (bytesToHex(await this.#identifier) + ALGORITHM_ID) as Hash;
  }

  #addPage(page: Uint8Array): void {
    // Only now is it known that the block is not the last one.
    if (this.#pages.length === PAGES_PER_BLOCK) this.#endBlock(more);
    this.#pages.push(this.#sha256(page));
  }

  #endBlock(mark: Uint8Array): void {
    const pages = this.#pages;
    this.#pages = [];
    this.#identifier = this.#behind(this.#identifier, pages, mark);
  }

  async #behind(
    identifier: Promise<Uint8Array>,
    pages: readonly Promise<Uint8Array>[],
    mark: Uint8Array,
  ): Promise<Uint8Array> {
    const block = await this.#sha256(concatBytes(...(await Promise.all(pages))));
    return await this.#sha256(concatBytes(await identifier, block, mark));
  }
}
