import type { TableBilling } from "./platform.ts";

/**
 * D1 bills rows, whatever their size. The counts are what D1's engine reports for a table with a text primary key and an index on the
 * lease's end: a look-up reads each key from its JSON list and from the table, once to renew what is due and once to answer, and an
 * insert writes the table and both indexes.
 */
const ROWS_READ_PER_KEY = 5;
const INSERT = { d1RowsRead: 1, d1RowsWritten: 3 };
const RENEW = { d1RowsWritten: 2 };
const REMOVE = { d1RowsRead: 4, d1RowsWritten: 1 };

const PAGE_BYTES = 4096;
/** A row of the table, without content. Measured, as all sizes here are. */
const ROW_BYTES = 128;
/** Its entries in the two indexes. */
const INDEX_BYTES = 120;
/** More than this in one row goes to pages of its own. */
const MOST_IN_PAGE = 4061;
/** What the rest of such a row takes, and what its last page wastes. */
const SPILL_BYTES = 400;

const look = { d1RowsRead: ROWS_READ_PER_KEY };

export const d1: TableBilling = {
  find: () => look,
  findNewest: () => look,
  miss: look,
  missNewest: look,
  insert: () => INSERT,
  renew: () => RENEW,
  remove: () => REMOVE,
  storedBytes: (contentBytes) => INDEX_BYTES + shareOfPages(ROW_BYTES + contentBytes),
  storage: "d1GbMonths",
  // The index on the lease's end finds just them, and removing them counts that.
  findExpired: () => ({}),
};

/** Rows do not straddle pages: of two that do not fit one page together, each has its own. */
function shareOfPages(rowBytes: number): number {
  if (rowBytes > MOST_IN_PAGE) return rowBytes + SPILL_BYTES;
  return PAGE_BYTES / Math.floor(PAGE_BYTES / rowBytes);
}
