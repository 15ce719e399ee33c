import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createDynamoClient, createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { DynamoBlobIndex } from "../../shared/adapters/aws/dynamodb-blob-index.node.ts";
import {
  S3ObjectStore,
  type S3ObjectStoreOptions,
} from "../../shared/adapters/aws/s3-object-store.node.ts";
import type { Clock } from "../../shared/clock.ts";
import type { ObjectKey } from "../../shared/stores/indexed/object-key.ts";
import { type AwsEngine, bucket, createTable, credentials, region } from "./aws-engines.node.ts";
import { callFor } from "./calls.ts";
import { testPolicy } from "./indexed.ts";

let tables = 0;

export interface IndexInTable extends AsyncDisposable {
  readonly index: DynamoBlobIndex;
  readonly table: { readonly client: DynamoDBClient; readonly name: string };
}

/** An index in a table of its own. */
export async function newIndex({ endpoint }: AwsEngine, clock: Clock): Promise<IndexInTable> {
  const client = createDynamoClient({ endpoint, credentials, region });
  const name = `table-${++tables}`;
  await createTable(client, name);
  return {
    index: new DynamoBlobIndex({ client, table: name, clock, keepMs: testPolicy.keepMs }),
    table: { client, name },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** The objects of the engine's bucket, which is empty again afterwards. */
export async function newObjects(
  { endpoint }: AwsEngine,
  options: Omit<S3ObjectStoreOptions, "client" | "bucket"> = {},
): Promise<{ readonly objects: S3ObjectStore } & AsyncDisposable> {
  const client = createS3Client({ endpoint, credentials, region });
  const objects = new S3ObjectStore({ client, bucket, ...options });
  return {
    objects,
    [Symbol.asyncDispose]: async () => {
      const { signal } = callFor();
      for await (const names of objects.list("", signal)) {
        await objects.delete(names as readonly ObjectKey[], signal);
      }
      client.destroy();
    },
  };
}
