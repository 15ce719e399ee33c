import { getRandomValues } from "node:crypto";
import { createDynamoClient, createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { DynamoBlobIndex } from "../../shared/adapters/aws/dynamodb-blob-index.node.ts";
import { S3ObjectStore } from "../../shared/adapters/aws/s3-object-store.node.ts";
import { systemClock } from "../../shared/clock.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import {
  createIndexedStores,
  type IndexedStores,
} from "../../shared/stores/indexed/indexed-stores.ts";
import { IndexedTransfers } from "../../shared/stores/indexed/indexed-transfers.ts";
import { defaultPolicy, type LeasePolicy } from "../../shared/stores/indexed/lease-policy.ts";
import type { TransferStore } from "../../shared/stores/transfer-store.ts";
import type { Settings } from "./settings.node.ts";

/** The stores of a bucket and a table. No request is made before the first one needs it. */
export function openStores(
  settings: Settings,
): IndexedStores & { readonly transfers: TransferStore } {
  const { bucket, table, quotaBytes } = settings;
  const policy: LeasePolicy =
    quotaBytes === undefined ? defaultPolicy : { ...defaultPolicy, quotaBytes };
  const parts = {
    index: new DynamoBlobIndex({
      client: createDynamoClient(at(settings.dynamoEndpoint)),
      table,
      clock: systemClock,
      keepMs: policy.keepMs,
    }),
    objects: new S3ObjectStore({ client: createS3Client(at(settings.s3Endpoint)), bucket }),
    clock: systemClock,
    hashers: nodeHashers,
    fillRandom: (bytes: Uint8Array<ArrayBuffer>): void => void getRandomValues(bytes),
    policy,
  };
  return { ...createIndexedStores(parts), transfers: new IndexedTransfers(parts) };
}

function at(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}
