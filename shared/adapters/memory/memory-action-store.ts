import type {
  ActionEntry,
  ActionName,
  ActionStore,
  FoundAction,
} from "../../stores/action-store.ts";
import type { Call } from "../../stores/call.ts";
import { StoreError } from "../../stores/store-error.ts";

export interface MemoryActionStoreOptions {
  /** Memory for entries, their references and keys. */
  readonly capacityBytes: number;
}

/** What an entry, and each of its references, takes beyond the result's bytes: measured in Node 26 and rounded up. */
const ENTRY_OVERHEAD_BYTES = 512;
const REFERENCE_BYTES = 192;

/** Action results in this process's memory, bounded: the one longest out of use goes first. */
export class MemoryActionStore implements ActionStore {
  readonly #capacityBytes: number;
  readonly #entries = new Map<string, ActionEntry>();
  #usedBytes = 0;

  constructor(options: MemoryActionStoreOptions) {
    this.#capacityBytes = options.capacityBytes;
  }

  /** Memory in use, for metrics and for tests of the bound. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  async get(name: ActionName, call: Call): Promise<FoundAction | undefined> {
    call.signal.throwIfAborted();
    const key = keyOf(name, call);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { ...entry, completeness: "unknown" };
  }

  async put(name: ActionName, entry: ActionEntry, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const bytes = sizeOf(entry);
    if (bytes > this.#capacityBytes) {
      throw new StoreError(
        "too-large",
        `an action result of ${bytes} bytes, references included, does not fit the ${this.#capacityBytes} bytes for them; raise --size`,
      );
    }
    const key = keyOf(name, call);
    this.#remove(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#usedBytes + bytes <= this.#capacityBytes) break;
      this.#remove(oldest);
    }
    // A copy: the result may be a view of a whole request.
    this.#entries.set(key, { ...entry, result: entry.result.slice() });
    this.#usedBytes += bytes;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#usedBytes -= sizeOf(entry);
  }
}

function sizeOf(entry: ActionEntry): number {
  const references = (entry.references?.length ?? 0) * REFERENCE_BYTES;
  return ENTRY_OVERHEAD_BYTES + entry.result.byteLength + references;
}

function keyOf(name: ActionName, call: Call): string {
  return `${call.instanceName}\n${name.function}\n${name.hash}`;
}
