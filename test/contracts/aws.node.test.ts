import { afterAll, beforeAll, describe } from "vitest";
import type { S3ObjectStoreOptions } from "../../shared/adapters/aws/s3-object-store.node.ts";
import type { Clock } from "../../shared/clock.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import type { Compression } from "../../shared/stores/indexed/indexed-parts.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import type { PresignedRequest } from "../../shared/stores/transfer-store.ts";
import { type AwsEngine, startDynalite, startMiniflareS3 } from "../support/aws-engines.node.ts";
import { newIndex, newObjects } from "../support/aws-stores.node.ts";
import { MIB } from "../support/bytes.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { startStrictS3 } from "../support/strict-s3.node.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobIndex } from "./blob-index.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { describeObjectStore } from "./object-store.contract.ts";
import { describeAborts, describeRefusals } from "./object-store/refusals.ts";
import { describeRoundTrips } from "./object-store/round-trips.ts";
import type { ObjectStoreTraits } from "./object-store/under-test.ts";

/** A clock for which every lease is in the future, so that DynamoDB's own deletions are never near. */
const early: Clock = { now: () => 0 };

const engines = new AsyncDisposableStack();
let dynalite: AwsEngine;
let miniflare: AwsEngine;
let strict: AwsEngine;

beforeAll(async () => {
  dynalite = engines.use(await startDynalite());
  miniflare = engines.use(await startMiniflareS3());
  strict = engines.use(await startStrictS3(miniflare));
});
afterAll(async () => await engines.disposeAsync());

async function presignedFetch(
  { method, url, headers }: PresignedRequest,
  body?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  // Nobody can set this one: it is what the body has.
  const { "content-length": _, ...others } = headers;
  return await fetch(url, { method, headers: others, ...(body && { body }) });
}

function traitsOf(
  engine: () => AwsEngine,
  options: Omit<S3ObjectStoreOptions, "client" | "bucket"> = {},
): ObjectStoreTraits {
  const create = async () => await newObjects(engine(), options);
  const verifies = options.checksSha256 === false ? [] : (["sha256"] as const);
  return { create, verifies, hasMultipart: true, presignedFetch };
}

describeBlobIndex("DynamoDB (dynalite)", {
  create: async () => await newIndex(dynalite, early),
  joins: false,
  ordersExpired: false,
});

describeObjectStore(
  "S3 (miniflare, checksums checked)",
  traitsOf(() => strict),
);

describe("S3 (miniflare) without a buffer, an object store", () => {
  const traits = traitsOf(() => strict, { repeatableBytes: -1 });
  describeRoundTrips(traits);
  describeRefusals(traits);
  describeAborts(traits);
});

describe("S3 (miniflare) that checks nothing but the signed hash, an object store", () => {
  describeRefusals(traitsOf(() => miniflare));
  describeRefusals(traitsOf(() => miniflare, { repeatableBytes: -1 }));
});

describe("S3 (miniflare) that is not relied on to check, an object store", () => {
  const traits = traitsOf(() => miniflare, { checksSha256: false });
  describeRoundTrips(traits);
  describeRefusals(traits);
});

const createStores = async (compression: Compression) => {
  await using parts = new AsyncDisposableStack();
  const memory = indexedParts();
  const { index } = parts.use(await newIndex(dynalite, memory.clock));
  const { objects } = parts.use(await newObjects(strict));
  const stores = createIndexedStores({ ...memory, index, objects, compression });
  const kept = parts.move();
  const dispose = async (): Promise<void> => await kept.disposeAsync();
  return { ...stores, clock: memory.clock, [Symbol.asyncDispose]: dispose };
};

for (const { name, ...encoding } of [
  { name: "DynamoDB and S3" },
  { name: "DynamoDB and S3 with all objects encoded", minSaving: -1 },
]) {
  const create = async () => await createStores({ codec: nodeZstd, ...encoding });

  describeBlobStore(name, {
    create: async () => {
      const { blobs: store, ...rest } = await create();
      return { ...rest, store };
    },
    leaseMs: testPolicy.leaseMs,
    boundaries: [testPolicy.inlineBytes, MIB],
  });

  describeActionStore(name, {
    create: async () => {
      const { actions: store, ...rest } = await create();
      return { ...rest, store };
    },
    largestResultBytes: 3 * MIB,
  });
}
