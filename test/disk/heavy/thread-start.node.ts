import type { DiskShare } from "../../../shared/adapters/disk/shared-disk.node.ts";

/** Blobs that all threads are after: several times what the store has room for. */
export const siegeBlobs = 600;

/** What a thread of the siege begins with. */
export interface SiegeStart {
  readonly thread: number;
  readonly share: DiskShare;
  /** Until when each blob was promised, as one number of 64 bits. */
  readonly promises: SharedArrayBuffer;
  readonly leaseMs: number;
  readonly endsMs: number;
}

export interface SiegeReport {
  operations: number;
  found: number;
  missed: number;
  /** Where leases took all the room. */
  refused: number;
}
