import { createRequire } from "node:module";
import { afterAll, expect, test, vi } from "vitest";
import type { LambdaContext } from "../../functions/aws/lambda-runtime.node.ts";
import { createDynamoClient } from "../../shared/adapters/aws/aws-clients.node.ts";
import { DynamoBlobIndex } from "../../shared/adapters/aws/dynamodb-blob-index.node.ts";
import { systemClock } from "../../shared/clock.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { limits } from "../../shared/limits.ts";
import { objectKeyOf } from "../../shared/stores/indexed/object-key.ts";
import { blobKey } from "../../shared/stores/indexed/row-key.ts";
import type { SweepReport } from "../../shared/stores/indexed/sweeper.ts";
import { newUploadId } from "../../shared/stores/indexed/upload-id.ts";
import { credentials, region } from "../support/aws-engines.node.ts";
import { newObjects } from "../support/aws-stores.node.ts";
import { blobOf } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { startDeployment } from "../support/function-url.node.ts";
import { countingRandom } from "../support/indexed.ts";
import { contextOf } from "../support/lambda-runtime.node.ts";

const deployment = await startDeployment();
afterAll(async () => await deployment[Symbol.asyncDispose]());
const { objects } = await newObjects(deployment.s3);
const index = new DynamoBlobIndex({
  client: createDynamoClient({ endpoint: deployment.dynamo.endpoint, credentials, region }),
  table: deployment.table,
  clock: systemClock,
  keepMs: limits.keepMs,
});
const { signal } = new AbortController();
const fillRandom = countingRandom();

/** Stores a blob whose lease ended some time ago. */
async function keep(seed: number, leaseEndedAgoMs: number) {
  const { digest, bytes } = await blobOf(5000, seed);
  const begun = {
    key: blobKey(digest, parseInstanceName("")),
    upload: newUploadId(systemClock, fillRandom),
  };
  const objectKey = objectKeyOf(begun);
  await objects.put(objectKey, digest, bodyOf(bytes), signal);
  const row = {
    ...begun,
    sizeBytes: bytes.byteLength,
    inline: false,
    content: undefined,
    references: [],
    standsAlone: true,
    leaseEndsMs: systemClock.now() - leaseEndedAgoMs,
  };
  await index.commit(row, "first", signal);
  return { digest, objectKey };
}

test("the bundled sweep removes what nobody has used for long, and says so", async () => {
  const day = 24 * 60 * 60 * 1000;
  const [unused, used] = [await keep(1, limits.keepMs + day), await keep(2, day)];
  for (const [name, value] of Object.entries(deployment.variables)) vi.stubEnv(name, value);
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);

  const { handler } = createRequire(import.meta.url)(deployment.programs.sweep) as {
    handler: (event: unknown, context: LambdaContext) => Promise<SweepReport>;
  };
  const report = await handler({}, contextOf(60_000));
  vi.restoreAllMocks();
  vi.unstubAllEnvs();

  expect(report).toMatchObject({ removedRows: 1, removedBytes: 5000 });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { timestamp: expect.any(String) as string, level: "INFO", message: "swept", ...report },
  ]);
  expect(await objects.inspect(unused.objectKey, unused.digest, signal)).toBeUndefined();
  expect(await objects.inspect(used.objectKey, used.digest, signal)).toMatchObject({
    sizeBytes: 5000,
  });
});
