import { mapConcurrently } from "../../concurrent.ts";
import { limits } from "../../limits.ts";
import type { PurgeRule } from "../../stores/purge-rule.ts";
import { decodeRule, encodeRule } from "../../stores/purge-rule-message.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";
import { FolderFiles } from "./folder-files.node.ts";

export interface DiskPurgeStoreOptions {
  readonly folder: string;
  /** Whether other threads use the same folder. */
  readonly isShared: boolean;
}

/** What the name of a rule's file ends with: others are on their way to become one. */
const ENDING = ".json";

/** Purges in a folder, a file for each, so that threads can add some without a word to each other. */
export class DiskPurgeStore implements PurgeStore {
  readonly isShared: boolean;
  readonly #files: FolderFiles;

  constructor({ folder, isShared }: DiskPurgeStoreOptions) {
    this.isShared = isShared;
    this.#files = new FolderFiles(folder);
  }

  async list(signal: AbortSignal): Promise<readonly PurgeRule[]> {
    signal.throwIfAborted();
    const names = (await this.#files.names()).filter((name) => name.endsWith(ENDING));
    const contents = await mapConcurrently(
      names,
      limits.storeConcurrency,
      async (name) => await this.#files.read(name),
    );
    // A file may have gone since its folder was read.
    return contents.filter((bytes) => bytes !== undefined).map(decode);
  }

  async add(rule: PurgeRule, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#files.replace(`${rule.id}${ENDING}`, new TextEncoder().encode(encodeRule(rule)));
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#files.remove(`${id}${ENDING}`);
  }
}

function decode(bytes: Uint8Array): PurgeRule {
  return decodeRule(new TextDecoder().decode(bytes));
}
