import type { TableBilling } from "./platform.ts";

/** An item with its key, its attributes and their names, without content. */
const ROW_BYTES = 250;
/** What storage bills for each item on top. */
const INDEX_BYTES = 100;

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** An answer that may lag costs half. */
const LAGGING = 0.5;

/** DynamoDB bills each item by its whole size, before or after the change, whichever is larger, and whatever part is asked for. */
export const dynamoDb: TableBilling = {
  find: (contentBytes) => ({ dynamoDbReads: LAGGING * readUnits(contentBytes) }),
  findNewest: (contentBytes) => ({ dynamoDbReads: readUnits(contentBytes) }),
  miss: { dynamoDbReads: LAGGING + 1 },
  missNewest: { dynamoDbReads: 1 },
  insert: write,
  renew: write,
  remove: write,
  storedBytes: (contentBytes) => INDEX_BYTES + ROW_BYTES + contentBytes,
  storage: "dynamoDbGbMonths",
  // One Scan: an index on the lease's end would have to be written with every row and every renewal.
  findExpired: (tableBytes) => ({ dynamoDbReads: (LAGGING * tableBytes) / READ_UNIT_BYTES }),
};

function write(contentBytes: number): { readonly dynamoDbWrites: number } {
  return { dynamoDbWrites: Math.ceil((ROW_BYTES + contentBytes) / WRITE_UNIT_BYTES) };
}

function readUnits(contentBytes: number): number {
  return Math.ceil((ROW_BYTES + contentBytes) / READ_UNIT_BYTES);
}
