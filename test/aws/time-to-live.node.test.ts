import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, it } from "vitest";
import { withoutContent } from "../../shared/stores/indexed/row-size.ts";
import { type AwsEngine, startDynalite } from "../support/aws-engines.node.ts";
import { newIndex } from "../support/aws-stores.node.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { testPolicy } from "../support/indexed.ts";
import { HOUR_MS, rowAt, uploadAt } from "../support/rows.ts";

const DAY_MS = 24 * HOUR_MS;
const { signal } = callFor();
const consistent = { contents: false, consistent: true };

/** How long after the end of its lease DynamoDB may delete a row, whenever it likes. */
const deletableMs = testPolicy.keepMs + 7 * DAY_MS;
/** How long after the end of its lease a row counts as absent. */
const goneMs = deletableMs - DAY_MS;

let dynalite: AwsEngine;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(async () => await dynalite[Symbol.asyncDispose]());

/** A row whose lease ends now, in a table of its own. */
async function rowInTable() {
  const clock = new ManualClock();
  const { index, table, ...rest } = await newIndex(dynalite, clock);
  const row = rowAt(1, { leaseEndsMs: clock.now() });
  await index.commit(row, "first", signal);
  const expires = async (): Promise<number> => {
    const command = new GetItemCommand({ TableName: table.name, Key: { pk: { S: row.key } } });
    const { Item } = await table.client.send(command);
    return Number(Item?.["expires"]?.N);
  };
  return { index, table, clock, row, expires, ...rest };
}

describe("DynamoDB's own deletions", () => {
  it("come a week after those of the sweeps", async ({ expect }) => {
    await using test = await rowInTable();
    expect(await test.expires()).toBe((test.row.leaseEndsMs + deletableMs) / 1000);
  });

  it("are put off with the lease", async ({ expect }) => {
    await using test = await rowInTable();
    const { index, row } = test;
    const first = row.leaseEndsMs + DAY_MS;
    const second = first + DAY_MS;
    const third = second + DAY_MS;
    const renewal = { dueMs: first, untilMs: first };
    await index.lookUp([row.key], { ...consistent, renewal }, signal);
    expect(await test.expires()).toBe((first + deletableMs) / 1000);
    await index.renew([row], second, signal);
    expect(await test.expires()).toBe((second + deletableMs) / 1000);
    await index.commit({ ...row, upload: uploadAt(2), leaseEndsMs: third }, "first", signal);
    expect(await test.expires()).toBe((third + deletableMs) / 1000);
  });
});

describe("a row that DynamoDB may soon delete", () => {
  it("is there until a day before", async ({ expect }) => {
    await using test = await rowInTable();
    const { index, row, clock } = test;
    clock.advance(goneMs - 1000);
    const { rows } = await index.lookUp([row.key], consistent, signal);
    expect(rows.get(row.key)?.upload).toBe(row.upload);
    const other = { ...row, upload: uploadAt(2), leaseEndsMs: row.leaseEndsMs + 1 };
    expect(await index.commit(other, "first", signal)).toMatchObject({ upload: row.upload });
    expect((await index.renew([row], clock.now(), signal)).size).toBe(1);
    clock.advance(goneMs - 1000);
    expect((await index.lookUp([row.key], consistent, signal)).rows.size).toBe(1);
  });

  it("is absent from then on, and cannot be renewed", async ({ expect }) => {
    await using test = await rowInTable();
    const { index, row, clock } = test;
    clock.advance(goneMs);
    const untilMs = clock.now() + DAY_MS;
    const how = { ...consistent, renewal: { dueMs: untilMs, untilMs } };
    expect((await index.lookUp([row.key], how, signal)).rows.size).toBe(0);
    expect((await index.renew([row], untilMs, signal)).size).toBe(0);
    expect(await test.expires()).toBe((row.leaseEndsMs + deletableMs) / 1000);
  });

  it("is not renewed by a look-up that read it just before", async ({ expect }) => {
    await using test = await rowInTable();
    const { index, row, clock } = test;
    clock.advance(goneMs - 1000);
    const untilMs = clock.now() + DAY_MS;
    const how = { ...consistent, renewal: { dueMs: untilMs, untilMs } };
    test.table.client.middlewareStack.add((next, { commandName }) => async (args) => {
      const answer = await next(args);
      if (commandName === "BatchGetItemCommand") clock.advance(1000);
      return answer;
    });
    expect((await index.lookUp([row.key], how, signal)).rows.size).toBe(0);
  });

  it("gives its place to the next upload", async ({ expect }) => {
    await using test = await rowInTable();
    const { index, row, clock } = test;
    clock.advance(goneMs);
    const next = { ...row, upload: uploadAt(2), sizeBytes: 7, leaseEndsMs: clock.now() };
    expect(await index.commit(next, "first", signal)).toEqual(withoutContent(next));
    const { rows } = await index.lookUp([row.key], consistent, signal);
    expect(rows.get(row.key)).toEqual(next);
  });

  it("is a sweep's to remove, if that comes first", async ({ expect }) => {
    await using test = await rowInTable();
    const { index, row, clock } = test;
    clock.advance(deletableMs + DAY_MS);
    expect(await index.expired(clock.now(), 10, signal)).toEqual([withoutContent(row)]);
    expect((await index.remove([row], signal)).size).toBe(1);
    expect(await index.expired(clock.now(), 10, signal)).toEqual([]);
  });
});
