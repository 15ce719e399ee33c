import type { Clock } from "../../clock.ts";
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
  /** Keeps entries for so long after they were used, and refuses new ones where they take all the room. Left out, none is kept so. */
  readonly lease?: { readonly ms: number; readonly clock: Clock };
}

interface Entry {
  readonly entry: ActionEntry;
  readonly leaseEndsMs: number;
}

/** What an entry, and each of its references, takes beyond the result's bytes: measured in Node 26 and rounded up. */
const ENTRY_OVERHEAD_BYTES = 512;
const REFERENCE_BYTES = 192;

/** Action results, or lists of chunks, in this process's memory, bounded: the one longest out of use goes first. */
export class MemoryActionStore implements ActionStore {
  readonly #capacityBytes: number;
  readonly #lease: MemoryActionStoreOptions["lease"];
  /** In order of use, and so in that of their leases' ends. */
  readonly #entries = new Map<string, Entry>();
  #usedBytes = 0;

  constructor({ capacityBytes, lease }: MemoryActionStoreOptions) {
    this.#capacityBytes = capacityBytes;
    this.#lease = lease;
  }

  /** Memory in use, for metrics and for tests of the bound. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  async get(name: ActionName, call: Call): Promise<FoundAction | undefined> {
    call.signal.throwIfAborted();
    const key = keyOf(name, call);
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, { ...found, leaseEndsMs: this.#leaseEnd() });
    return { ...found.entry, completeness: "unknown" };
  }

  async put(name: ActionName, entry: ActionEntry, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const bytes = sizeOf(entry);
    if (bytes > this.#capacityBytes) {
      throw new StoreError(
        "too-large",
        `an entry of ${bytes} bytes, references included, does not fit the ${this.#capacityBytes} bytes for them; raise --size`,
      );
    }
    const key = keyOf(name, call);
    this.#makeRoom(bytes, key);
    this.#remove(key);
    // A copy: the result may be a view of a whole request.
    const kept = { ...entry, result: entry.result.slice() };
    this.#entries.set(key, { entry: kept, leaseEndsMs: this.#leaseEnd() });
    this.#usedBytes += bytes;
  }

  /** Room for an entry in the place of the one that `key` has, which goes only once there is. */
  #makeRoom(bytes: number, key: string): void {
    const nowMs = this.#lease?.clock.now() ?? 0;
    const replaced = this.#entries.get(key);
    const most =
      this.#capacityBytes - bytes + (replaced === undefined ? 0 : sizeOf(replaced.entry));
    for (const [oldest, { leaseEndsMs }] of this.#entries) {
      if (this.#usedBytes <= most) return;
      if (oldest === key) continue;
      if (leaseEndsMs > nowMs) throw exhausted(this.#capacityBytes);
      this.#remove(oldest);
    }
  }

  #leaseEnd(): number {
    return this.#lease === undefined ? 0 : this.#lease.clock.now() + this.#lease.ms;
  }

  #remove(key: string): void {
    const found = this.#entries.get(key);
    if (found === undefined) return;
    this.#entries.delete(key);
    this.#usedBytes -= sizeOf(found.entry);
  }
}

function exhausted(capacityBytes: number): StoreError {
  return new StoreError(
    "exhausted",
    `the ${capacityBytes} bytes of memory for lists of chunks are full of ones that builds may still rely on; raise --size`,
  );
}

function sizeOf(entry: ActionEntry): number {
  const { result, provenance, references = [] } = entry;
  const { subject = "", invocationId = "", toolName = "" } = provenance ?? {};
  const textBytes = 2 * (subject.length + invocationId.length + toolName.length);
  const referenceBytes = references.length * REFERENCE_BYTES;
  return ENTRY_OVERHEAD_BYTES + result.byteLength + referenceBytes + textBytes;
}

function keyOf(name: ActionName, call: Call): string {
  return `${call.instanceName}\n${name.function}\n${name.hash}`;
}
