import type { BlobName } from "../../digest/digest.ts";
import type { BlockTable } from "./block-table.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";
import type { Use } from "./owner-messages.ts";

/**
 * Uses of old blocks by a thread that does not own them: the owner is to copy what was used. Until it knows, the thread holds each
 * block, once for all uses of a turn.
 */
export class OldUses {
  readonly #table: BlockTable;
  readonly #tell: (block: number, uses: readonly Use[]) => void;
  readonly #soon: (act: () => void) => void;
  /** By block, and by place in it. */
  readonly #untold = new Map<number, Map<number, Use>>();

  constructor(
    table: BlockTable,
    tell: (block: number, uses: readonly Use[]) => void,
    soon: (act: () => void) => void,
  ) {
    this.#table = table;
    this.#tell = tell;
    this.#soon = soon;
  }

  /** Whether the entry stays until the owner has seen to it; "full" where its block has to be leased instead. */
  add(key: Key, { block, offset }: Location, name: BlobName | undefined): "held" | "full" | "gone" {
    const inBlock = this.#untold.get(block);
    if (inBlock !== undefined) {
      if (!inBlock.has(offset)) inBlock.set(offset, useOf(key, name));
      return "held";
    }
    const outcome = this.#table.hold(block);
    if (outcome !== "held") return outcome;
    if (this.#untold.size === 0) this.#soon(() => this.#tellAll());
    this.#untold.set(block, new Map([[offset, useOf(key, name)]]));
    return "held";
  }

  #tellAll(): void {
    for (const [block, uses] of this.#untold) this.#tell(block, [...uses.values()]);
    this.#untold.clear();
  }
}

/** What can be sent: the key's memory is used again, and what makes the hash of some names stays behind. */
function useOf(key: Key, name: BlobName | undefined): Use {
  return { key: key.slice(), name: name && plain(name) };
}

function plain({ function: digestFunction, hash, sizeBytes }: BlobName): BlobName {
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  return { function: digestFunction, hash, ...size };
}
