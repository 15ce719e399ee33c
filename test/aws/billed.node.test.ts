import { afterAll, beforeAll, expect, test } from "vitest";
import { createDynamoClient, createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { billRequests, billUnits } from "../../shared/adapters/aws/billed-clients.node.ts";
import { DynamoBlobIndex } from "../../shared/adapters/aws/dynamodb-blob-index.node.ts";
import { S3ObjectStore } from "../../shared/adapters/aws/s3-object-store.node.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { objectOf } from "../contracts/object-store/under-test.ts";
import { bucket, createTable, credentials, region } from "../support/aws-engines.node.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { bytesOf } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { takenCounts } from "../support/counts.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { listOf } from "../support/list-of.ts";
import { type LocalAws, startLocalAws } from "../support/local-aws.node.ts";
import { s3Error } from "../support/scripted-server.node.ts";
import { startTroubled } from "../support/troubled-engine.node.ts";

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(async () => await aws[Symbol.asyncDispose]());

const { signal } = callFor();

test("requests of S3 are counted by their names, each attempt", async () => {
  await using engine = await startTroubled(aws.s3);
  const client = createS3Client({ endpoint: engine.endpoint, credentials, region });
  const meter = new Meter();
  billRequests(client, meter);
  const objects = new S3ObjectStore({ client, bucket });
  const { key, digest, bytes } = await objectOf(2000, 1);
  await objects.put(key, digest, bodyOf(bytes), signal);
  await (await objects.get(key, { offset: 0 }, signal))?.[Symbol.asyncDispose]();
  await objects.inspect(key, digest, signal);
  await listOf(objects.list("", signal));
  await objects.presigner.get(key, 60_000);
  expect(takenCounts(meter)).toEqual({
    "s3 PutObject": 1,
    "s3 GetObject": 1,
    "s3 HeadObject": 1,
    "s3 ListObjectsV2": 1,
  });
  engine.trouble = s3Error(503, "SlowDown");
  await expect(objects.delete([key], signal)).rejects.toThrow("SlowDown");
  expect(takenCounts(meter)).toEqual({ "s3 DeleteObjects": 3 });
  client.destroy();
});

test("what DynamoDB bills is counted in its units, and leases by what they are of", async () => {
  const client = createDynamoClient({ endpoint: aws.dynamo.endpoint, credentials, region });
  const table = "billed";
  await createTable(client, table);
  const meter = new Meter();
  billUnits(client, meter);
  const memory = indexedParts();
  const { clock } = memory;
  const { keepMs, renewEveryMs } = testPolicy;
  const index = new DynamoBlobIndex({ client, table, clock, keepMs, meter });
  const { blobs, actions } = createIndexedStores({ ...memory, index });
  const uploads = await Promise.all(Array.from({ length: 10 }, (_, seed) => blobOf(20, seed)));
  for (const { digest, bytes } of uploads) await blobs.put(digest, bodyOf(bytes), callFor());
  const references = uploads.map(({ digest }) => digest);
  const action = absentDigest(77);
  await actions.put(action, { result: bytesOf(100), references }, callFor());
  expect(takenCounts(meter)).toEqual({ "dynamodb write_units": 11, "dynamodb read_units": 5 });
  await blobs.findMissing(references, callFor());
  expect(takenCounts(meter)).toEqual({ "dynamodb read_units": 5 });
  clock.advance(renewEveryMs + 1);
  await actions.get(action, callFor());
  expect(takenCounts(meter)).toEqual({
    "dynamodb write_units": 11,
    "dynamodb read_units": 6,
    alone: 10,
    relying: 1,
  });
  client.destroy();
});
