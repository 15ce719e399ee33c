import type { Server } from "node:http";
import { createRequire } from "node:module";
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { Miniflare } from "miniflare";
import { listening } from "./listening.node.ts";
import { secret } from "./secrets.node.ts";

/** What speaks the protocol of an AWS service on this machine. */
export interface AwsEngine extends AsyncDisposable {
  readonly endpoint: string;
}

/** What every engine is told to know. */
export const credentials = { accessKeyId: "hayloft", secretAccessKey: secret("secret-key-of-aws") };
export const region = "us-east-1";
export const bucket = "hayloft";

const require = createRequire(import.meta.url);
/** The package has no types. */
const dynalite = require("dynalite") as (options: { createTableMs: number }) => Server;

/** DynamoDB without transactions and time to live. It does not say what was there where a condition did not hold. */
export async function startDynalite(): Promise<AwsEngine> {
  const { url, ...rest } = await listening(dynalite({ createTableMs: 0 }));
  return { endpoint: url, ...rest };
}

/** S3, with one bucket. It checks signatures, and the hash that is signed for a body, but no checksum beside that. */
export async function startMiniflareS3(): Promise<AwsEngine> {
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    workers: [
      {
        config: {
          name: "s3",
          compatibilityDate: "2026-11-01",
          manifest: {
            mainModule: "main.js",
            modules: { "main.js": { type: "esm", contents: "export default {}" } },
          },
          env: {
            BUCKET: { type: "r2", name: bucket, dev: { experimentalS3Credentials: credentials } },
          },
        },
      },
    ],
  });
  const url = await miniflare.ready;
  return {
    endpoint: new URL("/cdn-cgi/local/r2/s3", url).href,
    [Symbol.asyncDispose]: async () => await miniflare.dispose(),
  };
}

/** A table as the deployment makes it. */
export async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    }),
  );
  const isReady = async (): Promise<boolean> => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table?.TableStatus === "ACTIVE";
  };
  while (!(await isReady()));
}
