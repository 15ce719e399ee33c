import { request } from "node:http";
import { afterAll, expect, test } from "vitest";
import { clientsOn } from "../conformance/check.ts";
import { compressedReadName, read, readName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { textBlob, unzstd, zstd } from "../conformance/zstd.node.ts";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";

const deployment = await startDeployment();
const server = await startFunctionUrl(deployment, open);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await deployment[Symbol.asyncDispose]();
});

const target = createTarget({ baseUrl: server.url, protocol: "connect", httpVersion: "1.1" });
const clients = clientsOn(target.connect());

test("answers over HTTP are plain, for a function URL would decode them; messages are not", async () => {
  const blob = textBlob(100_000);
  const url = `${server.url}/cas/${blob.digest.hash}`;
  const headers = { "content-encoding": "zstd" };
  const stored = await fetch(url, { method: "PUT", headers, body: zstd(blob.data) });
  expect(stored.status).toBe(200);
  expect(await read(clients, readName("", blob))).toEqual(blob.data);
  const encoding = await new Promise((resolve, reject) => {
    const asked = request(url, { headers: { "accept-encoding": "zstd" } }, (answer) => {
      answer.resume().on("end", () => resolve(answer.headers["content-encoding"]));
    });
    asked.on("error", reject).end();
  });
  expect(encoding).toBeUndefined();
  const encoded = await read(clients, compressedReadName("", blob));
  expect(encoded.byteLength).toBeLessThan(50_000);
  expect(unzstd(encoded)).toEqual(blob.data);
});
