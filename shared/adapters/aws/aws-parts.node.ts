import { getRandomValues } from "node:crypto";
import { systemClock } from "../../clock.ts";
import { nodeZstd } from "../../compression/zstd.node.ts";
import { nodeHashers } from "../../digest/hashers.node.ts";
import { compressionOf } from "../../stores/indexed/indexed-parts.ts";
import type { TransferParts } from "../../stores/indexed/indexed-transfers.ts";
import { defaultPolicy } from "../../stores/indexed/lease-policy.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";
import type { Meter } from "../../telemetry/meter.ts";
import { createDynamoClient, createS3Client } from "./aws-clients.node.ts";
import { billRequests, billUnits } from "./billed-clients.node.ts";
import { DynamoBlobIndex } from "./dynamodb-blob-index.node.ts";
import { DynamoPurgeStore } from "./dynamodb-purge-store.node.ts";
import { S3ObjectStore } from "./s3-object-store.node.ts";

/** What an operator says of stores in S3 and DynamoDB. */
export interface AwsPlace {
  readonly bucket: string;
  readonly table: string;
  readonly quotaBytes: number | undefined;
  /** Whether new objects are compressed where that pays. */
  readonly compressAtRest: boolean;
  /** Other services with the same API. */
  readonly s3Endpoint: string | undefined;
  readonly dynamoEndpoint: string | undefined;
}

export interface AwsParts extends TransferParts {
  readonly purges: PurgeStore;
}

/** What the stores of a bucket and a table are made of, and what counts what they do. No request is made before the first one needs it. */
export function awsParts(place: AwsPlace, meter: Meter): AwsParts {
  const { bucket, table, quotaBytes } = place;
  const policy = { ...defaultPolicy, ...(quotaBytes === undefined ? {} : { quotaBytes }) };
  const client = createDynamoClient(at(place.dynamoEndpoint));
  billUnits(client, meter);
  const s3 = createS3Client(at(place.s3Endpoint));
  billRequests(s3, meter);
  return {
    index: new DynamoBlobIndex({
      client,
      table,
      clock: systemClock,
      keepMs: policy.keepMs,
      meter,
    }),
    purges: new DynamoPurgeStore({ client, table }),
    objects: new S3ObjectStore({ client: s3, bucket }),
    clock: systemClock,
    hashers: nodeHashers,
    fillRandom: (bytes) => void getRandomValues(bytes),
    policy,
    compression: compressionOf(nodeZstd, place.compressAtRest),
    meter,
  };
}

function at(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}
