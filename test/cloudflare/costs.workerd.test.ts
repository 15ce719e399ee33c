import { it } from "vitest";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { D1PurgeStore } from "../../shared/adapters/cloudflare/d1-purge-store.workerd.ts";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import type { BlobIndex, FullRow } from "../../shared/stores/indexed/blob-index.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { createServices } from "../../shared/services/services.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { type Bill, billed } from "../support/billed-database.workerd.ts";
import { blobOf } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { freshDatabase } from "../support/cloudflare.workerd.ts";
import { indexedParts } from "../support/indexed.ts";
import { purgeRule } from "../support/purge-rule.ts";
import { HOUR_MS, LEASE_ENDS_MS, relyingRow, rowAt } from "../support/rows.ts";
import { commitAll } from "../contracts/blob-index/under-test.ts";

const later = LEASE_ENDS_MS + HOUR_MS;
const due = { dueMs: LEASE_ENDS_MS + 1, untilMs: later };
const notDue = { dueMs: LEASE_ENDS_MS, untilMs: later };
const { signal } = callFor();

const blobs = Array.from({ length: 1000 }, (_, index) => rowAt(index));
const absent = Array.from({ length: 1000 }, (_, index) => rowAt(1000 + index));
const outputs = blobs.slice(0, 100);
const renewed = blobs.slice(0, 500).map((row) => ({ ...row, leaseEndsMs: later }));
const action = relyingRow(
  1,
  outputs.map(({ key, sizeBytes }) => ({ key, sizeBytes })),
);

async function find(
  index: BlobIndex,
  rows: readonly FullRow[],
  renewal: typeof due,
): Promise<void> {
  const keys = rows.map(({ key }) => key);
  await index.lookUp(keys, { contents: false, consistent: true, renewal }, signal);
}

async function get(index: BlobIndex, row: FullRow, renewal: typeof due): Promise<void> {
  await index.lookUp([row.key], { contents: true, consistent: true, renewal }, signal);
}

/**
 * Requests in this order, beginning with a thousand blobs and an action result, and what D1 bills for each: statements, rows read,
 * rows written.
 */
const requests: readonly {
  readonly name: string;
  readonly make: (index: BlobIndex) => Promise<unknown>;
  readonly bill: readonly [number, number, number];
}[] = [
  { name: "1000 digests", make: (index) => find(index, blobs, notDue), bill: [2, 4001, 0] },
  { name: "1000 absent ones", make: (index) => find(index, absent, due), bill: [2, 2001, 0] },
  { name: "a blob", make: (index) => get(index, rowAt(1), notDue), bill: [2, 5, 0] },
  { name: "an action result", make: (index) => get(index, action, notDue), bill: [3, 13, 0] },
  {
    name: "an action result that is due, and 100 outputs with it",
    make: (index) => get(index, action, due),
    bill: [3, 813, 202],
  },
  {
    name: "900 due digests of 1000",
    make: (index) => find(index, blobs, due),
    bill: [2, 5800, 1800],
  },
  {
    name: "a new row",
    make: (index) => index.commit(rowAt(1000), "first", signal),
    bill: [1, 3, 3],
  },
  { name: "a row again", make: (index) => index.commit(action, "last", signal), bill: [1, 2, 2] },
  {
    name: "100 renewals",
    make: (index) => index.renew(outputs, later, signal),
    bill: [1, 500, 200],
  },
  {
    name: "500 expired rows",
    make: (index) => index.expired(later + 1, 500, signal),
    bill: [1, 500, 0],
  },
  { name: "500 removals", make: (index) => index.remove(renewed, signal), bill: [1, 3000, 500] },
  {
    name: "502 rows accounted for",
    make: (index) => index.leases(HOUR_MS, signal),
    bill: [1, 1004, 0],
  },
];

it("makes one round trip for each request, and D1 bills no more than it did", async ({
  expect,
}) => {
  const bills: Bill[] = [];
  const index = new D1BlobIndex(billed(await freshDatabase(), (bill) => bills.push(bill)));
  await commitAll(index, [...blobs, action]);
  bills.length = 0;
  for (const { make } of requests) await make(index);
  const found = bills.map(({ statements, rowsRead, rowsWritten }, at) => {
    return { name: requests[at]?.name, bill: [statements, rowsRead, rowsWritten] };
  });
  expect(found).toEqual(requests.map(({ name, bill }) => ({ name, bill })));
});

it("reads the purges in force in one statement, and a row for each, or one", async ({ expect }) => {
  const bills: Bill[] = [];
  const purges = new D1PurgeStore(billed(await freshDatabase(), (bill) => bills.push(bill)));
  await purges.list(signal);
  await purges.add(purgeRule, signal);
  await purges.list(signal);
  await purges.remove(purgeRule.id, signal);
  expect(bills).toEqual([
    { statements: 1, rowsRead: 1, rowsWritten: 0 },
    { statements: 1, rowsRead: 0, rowsWritten: 1 },
    { statements: 1, rowsRead: 1, rowsWritten: 0 },
    { statements: 1, rowsRead: 1, rowsWritten: 1 },
  ]);
});

it("makes one round trip for a hundred blobs that are written, or read, at once", async ({
  expect,
}) => {
  const bills: Bill[] = [];
  const index = new D1BlobIndex(billed(await freshDatabase(), (bill) => bills.push(bill)));
  const committed = await Promise.all(outputs.map((row) => index.commit(row, "first", signal)));
  expect(committed.map(({ upload }) => upload)).toEqual(outputs.map(({ upload }) => upload));
  expect(bills).toMatchObject([{ statements: 1, rowsWritten: 300 }]);
  bills.length = 0;
  const how = { contents: true, consistent: false, renewal: notDue };
  const found = await Promise.all(
    outputs.map(async ({ key }) => [...(await index.lookUp([key], how, signal)).rows.values()]),
  );
  expect(found).toEqual(outputs.map((row) => [row]));
  expect(bills).toMatchObject([{ statements: 2, rowsWritten: 0 }]);
});

it("goes on for the others where one of those who ask at once is gone", async ({ expect }) => {
  const index = new D1BlobIndex(await freshDatabase());
  const gone = new AbortController();
  const lost = index.commit(rowAt(1), "first", gone.signal);
  const kept = index.commit(rowAt(2), "first", signal);
  gone.abort(new Error("gone"));
  await expect(lost).rejects.toThrow("gone");
  expect(await kept).toMatchObject({ upload: rowAt(2).upload });
});

it("serves batches of 200 blobs with what the Free plan's 50 statements admit", async ({
  expect,
}) => {
  const bills: Bill[] = [];
  const index = new D1BlobIndex(billed(await freshDatabase(), (bill) => bills.push(bill)));
  const stores = createIndexedStores(indexedParts({ index, hashers: workerdHashers }));
  const services = createServices({
    ...stores,
    purges: new MemoryPurgeStore(),
    hashers: workerdHashers,
    digestFunctions: defaultFunctions,
    codecs: [],
  });
  const batch = await Promise.all(Array.from({ length: 200 }, (_, seed) => blobOf(900, seed)));
  const entries = batch.map(({ digest, bytes }) => ({ digest, data: bytes }));
  const statements = (): number => bills.reduce((sum, bill) => sum + bill.statements, 0);
  expect(await services.uploads.writeBatch(entries, callFor())).toEqual(new Map());
  expect(statements()).toBeLessThan(20);
  bills.length = 0;
  const read = await services.blobs.readBatch(
    batch.map(({ digest }) => digest),
    callFor(),
  );
  const compressor = "identity";
  expect(read).toEqual(batch.map(({ digest, bytes }) => ({ digest, data: bytes, compressor })));
  expect(statements()).toBeLessThan(10);
});
