import { expect, test } from "vitest";
import { blobOf } from "../conformance/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { startCollector } from "../support/span-collector.node.ts";

test("a function sends its spans before an invocation ends", async () => {
  await using collector = await startCollector();
  await using deployment = await startDeployment();
  const variables = { HAYLOFT_TRACE_ENDPOINT: collector.url, HAYLOFT_TRACE_RATIO: "1" };
  await using server = await startFunctionUrl(deployment, { ...open, ...variables });
  const blob = blobOf(bytesOf(100_000));
  const url = `${server.url}/cas/${blob.digest.hash}`;
  for (const init of [{ method: "PUT", body: blob.data }, {}]) {
    const sent = collector.next();
    const answer = await fetch(url, init);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
    await sent;
  }
  const get = collector.spans.find(({ name }) => name === "GET cas");
  const call = collector.spans.find(
    ({ name, parentId }) => name === "BlobStore.get" && parentId === get?.spanId,
  );
  const asked = collector.spans.filter(({ parentId }) => parentId === call?.spanId);
  expect(asked.map(({ name, attributes }) => [name, attributes["peer.service"]])).toEqual([
    ["BlobIndex.lookUp", "dynamodb"],
    ["ObjectStore.get", "s3"],
  ]);
  expect(collector.resource).toMatchObject({ "cloud.platform": "aws_lambda" });
});
