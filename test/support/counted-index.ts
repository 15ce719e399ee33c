import type { BlobIndex } from "../../shared/stores/indexed/blob-index.ts";

/** What calls of an index have cost since the last reset. */
interface IndexCounts {
  /** Calls that had something to ask for. */
  readonly roundTrips: number;
  /** Keys that were looked up, there or not, and rows that were listed. */
  readonly rowsRead: number;
  /** Rows that were committed, whose lease was extended, or that were removed. */
  readonly rowsWritten: number;
}

export interface CountedIndex extends BlobIndex {
  readonly counts: IndexCounts;
  reset(): void;
}

/** An index that counts what a table would bill, around one that counts the rows it writes: the memory index. */
export function countedIndex(base: BlobIndex & { readonly rowsWritten: number }): CountedIndex {
  let roundTrips = 0;
  let rowsRead = 0;
  let rowsWrittenBefore = base.rowsWritten;
  const asking = <T>(items: number, answer: Promise<T>): Promise<T> => {
    if (items > 0) roundTrips += 1;
    return answer;
  };
  return {
    maxRowBytes: base.maxRowBytes,
    get counts() {
      return { roundTrips, rowsRead, rowsWritten: base.rowsWritten - rowsWrittenBefore };
    },
    reset: () => {
      roundTrips = 0;
      rowsRead = 0;
      rowsWrittenBefore = base.rowsWritten;
    },
    lookUp: (keys, ...args) => {
      rowsRead += new Set(keys).size;
      return asking(keys.length, base.lookUp(keys, ...args));
    },
    commit: (...args) => asking(1, base.commit(...args)),
    renew: (rows, ...args) => asking(rows.length, base.renew(rows, ...args)),
    remove: (rows, ...args) => asking(rows.length, base.remove(rows, ...args)),
    expired: async (...args) => {
      const rows = await asking(1, base.expired(...args));
      rowsRead += rows.length;
      return rows;
    },
    leases: async (...args) => {
      const spans = await asking(1, base.leases(...args));
      rowsRead += spans.reduce((sum, { rows }) => sum + rows, 0);
      return spans;
    },
  };
}
