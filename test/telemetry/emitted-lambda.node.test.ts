import { createRequire } from "node:module";
import { ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, expect, test, vi } from "vitest";
import type { LambdaContext } from "../../functions/aws/lambda-runtime.node.ts";
import { createDynamoClient } from "../../shared/adapters/aws/aws-clients.node.ts";
import { credentials, region } from "../support/aws-engines.node.ts";
import { parseEmf } from "../support/emf.ts";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { contextOf } from "../support/lambda-runtime.node.ts";
import { declaredFor, namesOf, type Told } from "./emitted.ts";
import { EveryInstrument } from "./every-instrument.node.ts";

const HOUR_MS = 60 * 60 * 1000;

const deployment = await startDeployment();
afterAll(async () => await deployment[Symbol.asyncDispose]());

/** With each invocation at once. */
const measured = { HAYLOFT_METRICS_SECONDS: "0" };

function toldBy(line: string): Told {
  const { name, labels } = parseEmf(line);
  return { name, labels: Object.keys(labels) };
}

/** Lets the lease of every row end at that time. */
async function endLeases(atMs: number): Promise<void> {
  const { endpoint } = deployment.dynamo;
  const client = createDynamoClient({ endpoint, credentials, region });
  const TableName = deployment.table;
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  for (const { pk, lease } of Items) {
    if (pk === undefined || lease === undefined) continue;
    const write = {
      TableName,
      Key: { pk },
      UpdateExpression: "SET lease = :at",
      ExpressionAttributeValues: { ":at": { N: String(atMs) } },
    };
    await client.send(new UpdateItemCommand(write));
  }
  client.destroy();
}

/** What the sweeping function writes. */
async function linesOfSweep(): Promise<readonly string[]> {
  const variables = Object.entries({ ...deployment.variables, ...measured });
  for (const [name, value] of variables) vi.stubEnv(name, value);
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const { handler } = createRequire(import.meta.url)(deployment.programs.sweep) as {
    handler: (event: unknown, context: LambdaContext) => Promise<unknown>;
  };
  await handler({}, contextOf());
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  return lines;
}

test("functions tell all that is declared for them, and nothing else", async () => {
  await using server = await startFunctionUrl(deployment, { ...open, ...measured });
  const requests = new EveryInstrument({
    baseUrl: server.url,
    protocol: "connect",
    httpVersion: "1.1",
  });
  await requests.run();
  await endLeases(Date.now() + HOUR_MS);
  await requests.run();
  await endLeases(0);
  const ofServer = server.output().split("\n");
  const lines = [...ofServer, ...(await linesOfSweep())].filter((line) => line.startsWith("{"));
  expect(namesOf(lines.map(toldBy))).toEqual(declaredFor("lambda"));
});

test("a function that is not asked to tells nothing", async () => {
  await using server = await startFunctionUrl(deployment, open);
  await fetch(`${server.url}/status`);
  expect(server.output()).toBe(`listening on ${server.url}\n`);
});
