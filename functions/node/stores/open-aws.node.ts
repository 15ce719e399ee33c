import { awsParts } from "../../../shared/adapters/aws/aws-parts.node.ts";
import { createIndexedStores } from "../../../shared/stores/indexed/indexed-stores.ts";
import { IndexedTransfers } from "../../../shared/stores/indexed/indexed-transfers.ts";
import type { Log } from "../../../shared/telemetry/log.ts";
import { Meter } from "../../../shared/telemetry/meter.ts";
import { awsServices, tracedParts } from "../../telemetry/traced-parts.ts";
import { UsageError } from "../commands/flags.node.ts";
import type { ServeOptions } from "../options/options.node.ts";
import { checkAccess } from "./check-access.node.ts";
import { formatGib } from "./format-gib.node.ts";
import type { OpenStores } from "./open-stores.node.ts";
import { SweepTimer } from "./sweep-timer.node.ts";

/** Stores in S3 and DynamoDB, which any number of servers and functions share. Throws `StoreError` or `UsageError`. */
export async function openAws(options: ServeOptions, log: Log): Promise<OpenStores> {
  const { bucket, table, sizeBytes, compressAtRest } = options;
  if (bucket === undefined || table === undefined) {
    throw new UsageError("--store s3+dynamodb needs --bucket NAME and --table NAME beside it");
  }
  const meter = new Meter();
  const place = {
    bucket,
    table,
    quotaBytes: sizeBytes,
    compressAtRest,
    s3Endpoint: endpoint("AWS_ENDPOINT_URL_S3"),
    dynamoEndpoint: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
  };
  const parts = tracedParts(awsParts(place, meter), awsServices, options.traces);
  const stores = createIndexedStores(parts);
  await checkAccess(stores.probes);
  const timer = new SweepTimer(stores.sweeper, meter, log);
  timer.start();
  const kept = sizeBytes === undefined ? "what it keeps" : `up to ${formatGib(sizeBytes)}`;
  return {
    ...stores,
    purges: parts.purges,
    transfers: new IndexedTransfers(parts),
    description: `It has ${kept} in the bucket ${bucket} and the table ${table}.`,
    metrics: () => meter.read(),
    [Symbol.asyncDispose]: async () => await timer.stop(),
  };
}

/** Where the SDK's own variables name another service with the same API, as engines for tests are. */
function endpoint(variable: string): string | undefined {
  return process.env[variable] ?? process.env["AWS_ENDPOINT_URL"];
}
