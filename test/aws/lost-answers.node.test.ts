import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, it } from "vitest";
import { withoutContent } from "../../shared/stores/indexed/row-size.ts";
import { type AwsEngine, startDynalite } from "../support/aws-engines.node.ts";
import { newIndex, type IndexInTable } from "../support/aws-stores.node.ts";
import { callFor } from "../support/calls.ts";
import { HOUR_MS, LEASE_ENDS_MS, rowAt, uploadAt } from "../support/rows.ts";
import { ScriptedServer } from "../support/scripted-server.node.ts";

const { signal } = callFor();
const untilMs = LEASE_ENDS_MS + HOUR_MS;

let dynalite: AwsEngine;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(async () => await dynalite[Symbol.asyncDispose]());

/** A table that does what it is asked, and whose answer is lost the first time that `action` is asked for. */
async function losing(action: string): Promise<IndexInTable> {
  await using parts = new AsyncDisposableStack();
  let lost = false;
  const proxy = parts.use(
    await ScriptedServer.start(async (request, response) => {
      const headers = request.headers as Record<string, string>;
      const body = await buffer(request);
      const answer = await fetch(dynalite.endpoint, { method: "POST", headers, body });
      const bytes = await answer.bytes();
      if (!lost && headers["x-amz-target"] === `DynamoDB_20120810.${action}`) {
        lost = true;
        request.socket.resetAndDestroy();
        return;
      }
      response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" });
      response.end(bytes);
    }),
  );
  const test = parts.use(await newIndex({ ...dynalite, endpoint: proxy.url }, { now: () => 0 }));
  const kept = parts.move();
  return { ...test, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** The SDK asks again, and finds done what it asks for. */
describe("a write whose answer is lost", () => {
  it.for(["first", "last"] as const)("is this commit's, %s wins", async (wins, { expect }) => {
    await using test = await losing("PutItem");
    expect(await test.index.commit(rowAt(1), wins, signal)).toEqual(withoutContent(rowAt(1)));
  });

  it("extends the lease of the row that was there first", async ({ expect }) => {
    await using test = await losing("UpdateItem");
    await test.index.commit(rowAt(1), "first", signal);
    const second = rowAt(1, { upload: uploadAt(2), leaseEndsMs: untilMs });
    const kept = await test.index.commit(second, "first", signal);
    expect(kept).toEqual({ ...withoutContent(rowAt(1)), leaseEndsMs: untilMs });
  });

  it("renews", async ({ expect }) => {
    await using test = await losing("UpdateItem");
    await test.index.commit(rowAt(1), "first", signal);
    expect(await test.index.renew([rowAt(1)], untilMs, signal)).toEqual(new Set([rowAt(1).key]));
  });

  it("renews what is looked up", async ({ expect }) => {
    await using test = await losing("UpdateItem");
    await test.index.commit(rowAt(1), "first", signal);
    const how = { contents: false, consistent: true, renewal: { dueMs: untilMs, untilMs } };
    const { rows } = await test.index.lookUp([rowAt(1).key], how, signal);
    expect(rows.get(rowAt(1).key)?.leaseEndsMs).toBe(untilMs);
  });

  it("removes a row, which then is not known, and its object is an orphan", async ({ expect }) => {
    await using test = await losing("DeleteItem");
    await test.index.commit(rowAt(1), "first", signal);
    expect((await test.index.remove([rowAt(1)], signal)).size).toBe(0);
    const how = { contents: false, consistent: true };
    expect((await test.index.lookUp([rowAt(1).key], how, signal)).rows.size).toBe(0);
  });
});
