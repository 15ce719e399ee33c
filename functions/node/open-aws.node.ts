import { webcrypto } from "node:crypto";
import { createDynamoClient, createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { DynamoBlobIndex } from "../../shared/adapters/aws/dynamodb-blob-index.node.ts";
import { S3ObjectStore } from "../../shared/adapters/aws/s3-object-store.node.ts";
import { systemClock } from "../../shared/clock.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import {
  IndexedTransfers,
  type TransferParts,
} from "../../shared/stores/indexed/indexed-transfers.ts";
import { defaultPolicy } from "../../shared/stores/indexed/lease-policy.ts";
import { checkAccess } from "./check-access.node.ts";
import { UsageError } from "./flags.node.ts";
import { formatGib } from "./format-gib.node.ts";
import type { OpenStores } from "./open-stores.node.ts";
import type { ServeOptions } from "./options.node.ts";
import { SweepTimer } from "./sweep-timer.node.ts";

/** Stores in S3 and DynamoDB, which any number of servers and functions share. Throws `StoreError` or `UsageError`. */
export async function openAws({ bucket, table, sizeBytes }: ServeOptions): Promise<OpenStores> {
  if (bucket === undefined || table === undefined) {
    throw new UsageError("--store s3+dynamodb needs --bucket NAME and --table NAME beside it");
  }
  const parts = connect(bucket, table, sizeBytes);
  await checkAccess(parts);
  const stores = createIndexedStores(parts);
  const timer = new SweepTimer(stores.sweeper, (line) =>
    process.stderr.write(`hayloft: ${line}\n`),
  );
  timer.start();
  const kept = sizeBytes === undefined ? "what it keeps" : `up to ${formatGib(sizeBytes)}`;
  return {
    ...stores,
    transfers: new IndexedTransfers(parts),
    description: `It has ${kept} in the bucket ${bucket} and the table ${table}.`,
    metrics: () => [],
    [Symbol.asyncDispose]: async () => await timer.stop(),
  };
}

function connect(bucket: string, table: string, quotaBytes: number | undefined): TransferParts {
  const policy = { ...defaultPolicy, ...(quotaBytes === undefined ? {} : { quotaBytes }) };
  const s3 = createS3Client(endpoint("AWS_ENDPOINT_URL_S3"));
  const dynamo = createDynamoClient(endpoint("AWS_ENDPOINT_URL_DYNAMODB"));
  const { keepMs } = policy;
  return {
    index: new DynamoBlobIndex({ client: dynamo, table, clock: systemClock, keepMs }),
    objects: new S3ObjectStore({ client: s3, bucket }),
    clock: systemClock,
    hashers: nodeHashers,
    fillRandom: (bytes) => void webcrypto.getRandomValues(bytes),
    policy,
  };
}

/** Where the SDK's own variables name another service with the same API, as engines for tests are. */
function endpoint(variable: string): { endpoint?: string } {
  const url = process.env[variable] ?? process.env["AWS_ENDPOINT_URL"];
  return url === undefined ? {} : { endpoint: url };
}
