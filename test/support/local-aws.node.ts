import { createDynamoClient } from "../../shared/adapters/aws/aws-clients.node.ts";
import {
  type AwsEngine,
  bucket,
  createTable,
  credentials,
  region,
  startDynalite,
  startMiniflareS3,
} from "./aws-engines.node.ts";
import { startStrictS3 } from "./strict-s3.node.ts";

/** What stands for an account of AWS's: a bucket and a table, both empty, and what a server needs to use them. */
export interface LocalAws extends AsyncDisposable {
  readonly s3: AwsEngine;
  readonly dynamo: AwsEngine;
  /** Flags of `hayloft serve`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const table = "hayloft";

export async function startLocalAws(): Promise<LocalAws> {
  await using parts = new AsyncDisposableStack();
  const dynamo = parts.use(await startDynalite());
  const s3 = parts.use(await startStrictS3(parts.use(await startMiniflareS3())));
  const client = createDynamoClient({ endpoint: dynamo.endpoint, credentials, region });
  await createTable(client, table);
  client.destroy();
  const kept = parts.move();
  return {
    s3,
    dynamo,
    args: ["--store", "s3+dynamodb", "--bucket", bucket, "--table", table],
    env: environmentOf(s3, dynamo),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

/** What the SDK reads. */
export function environmentOf(
  s3: Pick<AwsEngine, "endpoint">,
  dynamo: Pick<AwsEngine, "endpoint">,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
