import type { Digest } from "../digest/digest.ts";
import type { Soon } from "../soon.ts";
import type { Call } from "./call.ts";
import type { Provenance } from "./provenance.ts";

/** What names an action result: the hash identifies the action, so that HTTP caches, which know no size, find it too. */
export type ActionName = Pick<Digest, "function" | "hash">;

export interface ActionEntry {
  /** The size of the Action message, where the writer's protocol named it. */
  readonly actionSizeBytes?: number;
  /** The ActionResult as it was written, byte for byte. */
  readonly result: Uint8Array;
  /**
   * Every blob that the result needs, files of its Trees included; `undefined` where a Tree was not at hand when the entry
   * was written, so that the reader must look again.
   */
  readonly references: readonly Digest[] | undefined;
  /** Who wrote it; left out in what was written before this was kept, and in what is no action result. */
  readonly provenance?: Provenance;
}

export interface FoundAction extends ActionEntry {
  /** What the store has found of the references in the same round trip: all are there with their leases extended, or not. */
  readonly completeness: "complete" | "incomplete" | "unknown";
}

/** Action results by action, apart for each instance name. Trouble is a `StoreError`, never a miss. */
export interface ActionStore {
  /** Whether `put` extends the leases of the blobs that an entry refers to. Otherwise, or left out, its caller has to. */
  readonly leasesReferences?: boolean;

  /** The entry; `undefined` is a miss. What is known at once may be given, and trouble thrown, at once. */
  get(name: ActionName, call: Call): Soon<FoundAction | undefined>;

  /** Replaces the entry, at once and for every reader: the last write wins. */
  put(name: ActionName, entry: ActionEntry, call: Call): Promise<void>;
}
