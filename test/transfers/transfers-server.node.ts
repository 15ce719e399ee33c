import { createClient, type Client, type Transport } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { afterAll, beforeAll } from "vitest";
import type { Policy } from "../../functions/access/policy.ts";
import { openPolicy } from "../../functions/access/simple-policy.ts";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";
import { compose } from "../../functions/node/compose.node.ts";
import { Listener } from "../../functions/node/listening/listener.node.ts";
import { NodeGate } from "../../functions/node/node-gate.node.ts";
import type { S3ObjectStore } from "../../shared/adapters/aws/s3-object-store.node.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { Transfers } from "../../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import { compressionOf } from "../../shared/stores/indexed/indexed-parts.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { IndexedTransfers } from "../../shared/stores/indexed/indexed-transfers.ts";
import type { AwsEngine } from "../support/aws-engines.node.ts";
import { newIndex, newObjects } from "../support/aws-stores.node.ts";
import { callFor } from "../support/calls.ts";
import type { ManualClock } from "../support/clock.ts";
import { indexedParts } from "../support/indexed.ts";
import { listOf } from "../support/list-of.ts";
import { type LocalAws, startLocalAws } from "../support/local-aws.node.ts";
import { watchFor } from "../support/watch-for.node.ts";

/** A server of this process over S3 and DynamoDB, whose clock the test moves, and a client's connection to it. */
export interface TransfersServer extends AsyncDisposable {
  readonly url: string;
  readonly transfers: Client<typeof Transfers>;
  readonly cas: Client<typeof ContentAddressableStorage>;
  readonly byteStream: Client<typeof ByteStream>;
  readonly bucket: S3ObjectStore;
  readonly clock: ManualClock;
  /** What belongs into its log, so far. */
  readonly reported: readonly unknown[];
  /** The names of all objects in the bucket. */
  objects(): Promise<readonly string[]>;
}

export interface TransfersServerOptions {
  /** Whether the server believes that the bucket checks hashes: if it does not, everything goes in parts. */
  readonly checksSha256?: boolean;
  /** Another bucket than the one that checks hashes. */
  readonly s3?: AwsEngine;
  readonly compressAtRest?: boolean;
  /** Lets everybody do everything if it is left out. */
  readonly policy?: Policy;
}

/** Starts what stands for AWS before the tests of a file, and ends it after them. What starts a server over it. */
export function transfersServers(): (options?: TransfersServerOptions) => Promise<TransfersServer> {
  let aws: LocalAws;
  beforeAll(async () => {
    aws = await startLocalAws();
  });
  afterAll(async () => await aws[Symbol.asyncDispose]());
  return async ({ s3 = aws.s3, ...options } = {}) => await startServer(s3, aws.dynamo, options);
}

/** The bucket is emptied afterwards. */
async function startServer(
  s3: AwsEngine,
  dynamo: AwsEngine,
  { compressAtRest = false, policy = openPolicy, ...options }: Omit<TransfersServerOptions, "s3">,
): Promise<TransfersServer> {
  await using open = new AsyncDisposableStack();
  const memory = indexedParts();
  const { index } = open.use(await newIndex(dynamo, memory.clock));
  const { objects } = open.use(await newObjects(s3, options));
  const compression = compressionOf(nodeZstd, compressAtRest);
  const parts = { ...memory, index, objects, hashers: nodeHashers, compression };
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const front = compose({
    ...createIndexedStores(parts),
    purges: new MemoryPurgeStore(),
    transfers: new IndexedTransfers(parts),
    digestFunctions: defaultFunctions,
    gate: new NodeGate(policy, report),
    metrics: () => [],
    readiness: new Readiness(),
    watch: watchFor(report),
    budget: new RequestBudget(limits.requestBytesInFlight),
    shutdownSignal: new AbortController().signal,
  });
  const listener = new Listener({ ...front, report });
  open.defer(() => listener.destroy());
  const url = `http://${await listener.listen("127.0.0.1", 0)}`;
  const session = new Http2SessionManager(url);
  open.defer(() => session.abort());
  const transport: Transport = createConnectTransport({
    baseUrl: url,
    httpVersion: "2",
    sessionManager: session,
  });
  const kept = open.move();
  return {
    url,
    transfers: createClient(Transfers, transport),
    cas: createClient(ContentAddressableStorage, transport),
    byteStream: createClient(ByteStream, transport),
    bucket: objects,
    clock: memory.clock,
    reported,
    objects: async () => (await listOf(objects.list("", callFor().signal))).flat(),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}
