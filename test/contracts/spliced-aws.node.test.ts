import { afterAll, beforeAll } from "vitest";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { type AwsEngine, startDynalite, startMiniflareS3 } from "../support/aws-engines.node.ts";
import { newIndex, newObjects } from "../support/aws-stores.node.ts";
import { indexedParts } from "../support/indexed.ts";
import { describeChunkListStore } from "./chunk-list-store.contract.ts";
import { describeSplicedOutputs, sweepingPolicy } from "./spliced-outputs.contract.ts";

const engines = new AsyncDisposableStack();
let dynalite: AwsEngine;
let s3: AwsEngine;

beforeAll(async () => {
  dynalite = engines.use(await startDynalite());
  s3 = engines.use(await startMiniflareS3());
});
afterAll(async () => await engines.disposeAsync());

const create = async () => {
  await using opened = new AsyncDisposableStack();
  const memory = indexedParts({ policy: sweepingPolicy });
  const { index } = opened.use(await newIndex(dynalite, memory.clock));
  const { objects } = opened.use(await newObjects(s3));
  const stores = createIndexedStores({ ...memory, index, objects });
  const kept = opened.move();
  const dispose = async (): Promise<void> => await kept.disposeAsync();
  return { ...stores, clock: memory.clock, [Symbol.asyncDispose]: dispose };
};

describeChunkListStore("DynamoDB and S3", { create });
describeSplicedOutputs("DynamoDB and S3", { create });
