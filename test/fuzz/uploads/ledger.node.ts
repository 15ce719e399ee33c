import { BrokenRule } from "../broken-rule.node.ts";
import { inWords, keyOf, type Place } from "./known-blobs.node.ts";

/** What a cache may hold, and what it must, kept by the book. */
export class Ledger {
  readonly #offered = new Set<string>();
  readonly #kept = new Set<string>();

  /** All bytes of the blob, and the word that they are all, are on their way to the server, or were. */
  offer(place: Place): void {
    this.#offered.add(keyOf(place));
  }

  /** The server has said that the blob is there. Throws where nobody can have uploaded it. */
  keep(place: Place): void {
    if (!this.mayHold(place)) {
      throw new BrokenRule(`${inWords(place)} is there, though nobody has uploaded it whole`);
    }
    this.#kept.add(keyOf(place));
  }

  mayHold(place: Place): boolean {
    return isEmpty(place) || this.#offered.has(keyOf(place));
  }

  mustHold(place: Place): boolean {
    return isEmpty(place) || this.#kept.has(keyOf(place));
  }
}

function isEmpty({ blob }: Place): boolean {
  return blob.data.byteLength === 0;
}
