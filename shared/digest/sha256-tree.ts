import { bytesToHex } from "@noble/hashes/utils.js";
import type { Hash } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import type { Sha256 } from "./library-hashes.ts";
import { sha256Cipher } from "./sha256-cipher.ts";
import { WholeBlocks } from "./whole-blocks.ts";

const LEAF_BYTES = 1024;
const HASH_BYTES = 32;

/** Leaves that are awaited together: one by one would take longer than hashing them. */
const LEAVES_AT_ONCE = 64;

/** The hash of 2^height leaves, or of fewer at the end of a blob. */
interface Subtree {
  readonly height: number;
  readonly hash: Uint8Array;
}

/**
 * SHA256TREE: SHA-256 of every KiB, and a tree over these hashes. Whatever the blob's size, it holds no more than the subtrees that
 * still lack their right neighbour, each higher than the next.
 */
export class Sha256Tree implements Hasher {
  readonly #sha256: Sha256;
  readonly #blocks = new WholeBlocks(LEAF_BYTES);
  readonly #subtrees: Subtree[] = [];
  #leaves: Promise<Uint8Array>[] = [];
  #hasLeaves = false;
  #folded: Promise<void> = Promise.resolve();

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  update(bytes: Uint8Array): void {
    for (const run of this.#blocks.add(bytes)) {
      for (let at = 0; at < run.byteLength; at += LEAF_BYTES) {
        this.#addLeaf(run.subarray(at, at + LEAF_BYTES));
      }
    }
  }

  async finish(): Promise<Hash> {
    const { rest } = this.#blocks;
    if (rest.byteLength > 0 || !this.#hasLeaves) this.#addLeaf(rest);
    this.#fold();
    await this.#folded;
    const hashes = this.#subtrees.map(({ hash }) => hash);
    const root = hashes.reduceRight((right, left) => parentOf(left, right));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just computed needs no check.
    return bytesToHex(root) as Hash;
  }

  #addLeaf(bytes: Uint8Array): void {
    this.#hasLeaves = true;
    this.#leaves.push(this.#sha256(bytes));
    if (this.#leaves.length === LEAVES_AT_ONCE) this.#fold();
  }

  /** Takes the leaves into the tree, behind those before them. */
  #fold(): void {
    const leaves = this.#leaves;
    this.#leaves = [];
    const before = this.#folded;
    this.#folded = (async () => {
      await before;
      for (const hash of await Promise.all(leaves)) this.#append(hash);
    })();
  }

  #append(leaf: Uint8Array): void {
    let subtree: Subtree = { height: 0, hash: leaf };
    for (
      let left = this.#subtrees.at(-1);
      left?.height === subtree.height;
      left = this.#subtrees.at(-1)
    ) {
      this.#subtrees.pop();
      subtree = { height: left.height + 1, hash: parentOf(left.hash, subtree.hash) };
    }
    this.#subtrees.push(subtree);
  }
}

function parentOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * HASH_BYTES);
  both.set(left);
  both.set(right, HASH_BYTES);
  return sha256Cipher(both);
}
