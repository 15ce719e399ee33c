import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { DynamoPurgeStore } from "../../shared/adapters/aws/dynamodb-purge-store.node.ts";
import { DiskPurgeStore } from "../../shared/adapters/disk/disk-purge-store.node.ts";
import { type AwsEngine, startDynalite } from "../support/aws-engines.node.ts";
import { newIndex } from "../support/aws-stores.node.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { purgeRule } from "../support/purge-rule.ts";
import { HOUR_MS, rowAt } from "../support/rows.ts";
import { describePurgeStore } from "./purge-store.contract.ts";

let dynalite: AwsEngine;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(async () => await dynalite[Symbol.asyncDispose]());

async function temporary(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-purges-"));
  const remove = async (): Promise<void> => await rm(folder, { recursive: true });
  return { folder, [Symbol.asyncDispose]: remove };
}

describePurgeStore("a folder", {
  create: async () => {
    const { folder, ...rest } = await temporary();
    return { store: new DiskPurgeStore({ folder, isShared: false }), ...rest };
  },
});

describePurgeStore("a folder that threads share", {
  create: async () => {
    const { folder, ...rest } = await temporary();
    const open = (): DiskPurgeStore => new DiskPurgeStore({ folder, isShared: true });
    return { store: open(), other: open(), ...rest };
  },
});

describePurgeStore("DynamoDB (dynalite)", {
  create: async () => {
    const index = await newIndex(dynalite, new ManualClock());
    const place = { client: index.table.client, table: index.table.name };
    return {
      store: new DynamoPurgeStore(place),
      other: new DynamoPurgeStore(place),
      [Symbol.asyncDispose]: index[Symbol.asyncDispose],
    };
  },
});

const { signal } = callFor();

test("a file that is being written is no purge, and one that is none is named", async ({
  expect,
}) => {
  await using place = await temporary();
  const store = new DiskPurgeStore({ folder: place.folder, isShared: false });
  await writeFile(join(place.folder, "0.json.new"), '{"id":');
  expect(await store.list(signal)).toEqual([]);
  await writeFile(join(place.folder, "1.json"), '{"id":"1"}');
  const listed = store.list(signal);
  await expect(listed).rejects.toMatchObject({ name: "StoreError", code: "corrupt" });
  await expect(listed).rejects.toThrow("is no purge");
});

test("what a sweep reads of a table has no purges in it", async ({ expect }) => {
  await using place = await newIndex(dynalite, new ManualClock());
  const { index, table } = place;
  const store = new DynamoPurgeStore({ client: table.client, table: table.name });
  await store.add(purgeRule, signal);
  const row = rowAt(1);
  await index.commit(row, "first", signal);
  expect(await index.leases(HOUR_MS, signal)).toMatchObject([{ rows: 1 }]);
  expect(await index.expired(row.leaseEndsMs + 1, 10, signal)).toMatchObject([{ key: row.key }]);
});
