import type { BlobName } from "../../digest/digest.ts";
import type { Reservation } from "./block.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";
import type { Lookups } from "./lookups.ts";
import type { VerifierFactory } from "./refresher.ts";

/** What a key stands for. */
export interface Meaning {
  /** That of a blob, by which another thread can make its verifier. */
  readonly name?: BlobName;
  readonly verifier: VerifierFactory;
}

/** Entries by key, on blocks, as every thread has them: the one that owns the store, and those that share it. */
export interface Entries {
  /** Random numbers of this store alone, for keys that nobody outside can foresee. */
  readonly seed: readonly number[];
  readonly maxEntryBytes: number;
  /** Where a key's bytes are; from now on they stay readable for the lease. */
  use(key: Key, meaning: Meaning): Location | undefined;
  /** The same for several keys, which takes far less time; few of them are asked for their meaning. */
  useAll(lookups: Lookups, meaningOf: (index: number) => Meaning): void;
  /**
   * Room for an entry of `length` bytes, `aligned` where it is written in several pieces. Throws `StoreError` "exhausted" where
   * leases take all the room, "unavailable" where it does not come free in time. At once where it can be.
   */
  reserve(
    length: number,
    aligned: boolean,
    signal?: AbortSignal,
  ): Reservation | Promise<Reservation>;
  /** Writes a part of an entry, `at` bytes behind its begin. */
  write(reservation: Reservation, at: number, bytes: Uint8Array): Promise<void>;
  /** The entry is written, and can be found once this has ended. */
  commit(key: Key, reservation: Reservation): void | Promise<void>;
  /** The entry was not written to its end. */
  giveBack(reservation: Reservation): void;
  /**
   * Reads a part of an entry, or of its copy once its block was given up. Throws `StoreError` "unavailable" where that is gone
   * too: the lease is long over. One whose sectors cannot be read is dropped, and "corrupt". At once where it can be: a promise takes as
   * long as to read a small entry does.
   */
  read(key: Key, found: Location, at: number, target: Uint8Array): void | Promise<void>;
  /**
   * Reads what lies at a place: entries, and what is between them. Whether that could be done: not where it cannot be read, or is gone
   * by the time it was. At once where it can be.
   */
  readPlace(place: Location, target: Uint8Array): boolean | Promise<boolean>;
  /** Forgets a damaged entry, and that one alone, by the time this has ended. */
  drop(key: Key, location: Location): void | Promise<void>;
}
