import { afterAll, beforeAll, describe } from "vitest";
import { describeBlobIndex } from "../contracts/blob-index.contract.ts";
import { describeCollections } from "../contracts/object-store/collections.ts";
import { describeMultipart } from "../contracts/object-store/multipart.ts";
import { describeAborts, describeRefusals } from "../contracts/object-store/refusals.ts";
import { describeRoundTrips } from "../contracts/object-store/round-trips.ts";
import type { AwsEngine } from "../support/aws-engines.node.ts";
import { newIndex, newObjects } from "../support/aws-stores.node.ts";
import { startStrictS3 } from "../support/strict-s3.node.ts";
import { startMoto } from "./moto.node.ts";
import { readyRoot } from "./ready-root.node.ts";

let skipped = "";
const root = await readyRoot("sid", (why) => {
  skipped = why;
  throw new Error(why);
}).catch((error: unknown) => {
  if (skipped === "") throw error;
});

/** A second engine for each service, written by others: what both agree on is likely to be so. */
describe.skipIf(root === undefined)(`moto ${skipped}`, () => {
  const engines = new AsyncDisposableStack();
  let moto: AwsEngine;
  let strict: AwsEngine;

  beforeAll(async () => {
    moto = engines.use(await startMoto(root ?? ""));
    strict = engines.use(await startStrictS3(moto));
  });
  afterAll(async () => await engines.disposeAsync());

  describeBlobIndex("DynamoDB", {
    // Long before every lease, so that DynamoDB's own deletions are never near.
    create: async () => await newIndex(moto, { now: () => 0 }),
    joins: false,
    ordersExpired: false,
  });

  // It checks no signatures: there is nothing to be seen of presigned requests.
  describe("S3, an object store", () => {
    const create = async () => await newObjects(strict);
    const traits = { create, verifies: ["sha256"], hasMultipart: true } as const;
    describeRoundTrips(traits);
    describeRefusals(traits);
    describeAborts(traits);
    describeCollections(traits);
    describeMultipart(traits);
  });
});
