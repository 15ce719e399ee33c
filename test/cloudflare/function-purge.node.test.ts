import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Admin } from "../../shared/proto/gen/hayloft/v1/admin_pb.ts";
import { startWorker } from "../support/worker.node.ts";

const hash = "ab".repeat(32);

test("a purge holds from its answer on, for requests that share an isolate and others", async () => {
  await using worker = await startWorker();
  const transport = createConnectTransport({ baseUrl: worker.url, httpVersion: "1.1" });
  const admin = createClient(Admin, transport);
  const url = `${worker.url}/main/ac/${hash}`;
  const put = async (): Promise<number> => (await fetch(url, { method: "PUT", body: "" })).status;
  const statuses = async (): Promise<ReadonlySet<number>> =>
    new Set(await Promise.all(Array.from({ length: 8 }, async () => (await fetch(url)).status)));
  expect(await put()).toBe(200);
  expect(await statuses()).toEqual(new Set([200]));
  const { rule } = await admin.purge({ instances: "main/**" });
  expect(await statuses()).toEqual(new Set([404]));
  await worker.deployAgain();
  expect(await statuses()).toEqual(new Set([404]));
  expect(await put()).toBe(200);
  expect(await statuses()).toEqual(new Set([200]));
  const { rules } = await admin.listPurges({});
  expect(rules).toEqual([rule]);
  expect(rule).toMatchObject({ madeBy: "anonymous", instances: "main/**" });
});

test("a database without the table of purges serves no action results, and says what to do", async () => {
  await using worker = await startWorker();
  await (await worker.database()).exec("DROP TABLE purges");
  const answer = await fetch(`${worker.url}/main/ac/${hash}`);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("migrations apply");
});
