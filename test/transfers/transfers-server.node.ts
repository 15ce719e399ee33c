import { createClient, type Client, type Transport } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { compose } from "../../functions/node/compose.node.ts";
import { Listener } from "../../functions/node/listener.node.ts";
import { Readiness } from "../../functions/handlers/health.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { Transfers } from "../../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { IndexedTransfers } from "../../shared/stores/indexed/indexed-transfers.ts";
import { listOf } from "../support/list-of.ts";
import { newIndex, newObjects } from "../support/aws-stores.node.ts";
import { callFor } from "../support/calls.ts";
import type { ManualClock } from "../support/clock.ts";
import { indexedParts } from "../support/indexed.ts";
import type { LocalAws } from "../support/local-aws.node.ts";

/** A server of this process over S3 and DynamoDB, whose clock the test moves, and a client's connection to it. */
export interface TransfersServer extends AsyncDisposable {
  readonly url: string;
  readonly transfers: Client<typeof Transfers>;
  readonly cas: Client<typeof ContentAddressableStorage>;
  readonly clock: ManualClock;
  /** What belongs into its log, so far. */
  readonly reported: readonly unknown[];
  /** The names of all objects in the bucket. */
  objects(): Promise<readonly string[]>;
}

export interface TransfersServerOptions {
  /** Whether the server believes that the bucket checks hashes: if it does not, everything goes in parts. */
  readonly checksSha256?: boolean;
}

/** The bucket is emptied afterwards. */
export async function startTransfers(
  { s3, dynamo }: Pick<LocalAws, "s3" | "dynamo">,
  options: TransfersServerOptions = {},
): Promise<TransfersServer> {
  await using open = new AsyncDisposableStack();
  const memory = indexedParts();
  const { index } = open.use(await newIndex(dynamo, memory.clock));
  const { objects } = open.use(await newObjects(s3, options));
  const parts = { ...memory, index, objects, hashers: nodeHashers };
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const handler = compose({
    ...createIndexedStores(parts),
    transfers: new IndexedTransfers(parts),
    metrics: () => [],
    readiness: new Readiness(),
    report,
    shutdownSignal: new AbortController().signal,
  });
  const listener = new Listener({ handler, report });
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
    clock: memory.clock,
    reported,
    objects: async () => (await listOf(objects.list("", callFor().signal))).flat(),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}
