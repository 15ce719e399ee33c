import { request as httpRequest } from "node:http";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Blob, isPresent, largeBlob, SHA256 } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { failure } from "../conformance/outcome.ts";
import { OpenWrite, writeBlob, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { startWorker } from "../support/worker.node.ts";

const MAX_BYTES = 1_000_000;

const worker = await startWorker({
  HAYLOFT_OPEN: "1",
  HAYLOFT_MAX_UPLOAD_BYTES: String(MAX_BYTES),
});
afterAll(async () => await worker[Symbol.asyncDispose]());

const target = createTarget({ baseUrl: worker.url, protocol: "connect", httpVersion: "1.1" });
const clients = clientsOn(target.connect());

async function put({ digest, data }: Blob): Promise<{ status: number; text: string }> {
  const response = await fetch(`${worker.url}/cas/${digest.hash}`, { method: "PUT", body: data });
  return { status: response.status, text: await response.text() };
}

/** A PUT that has sent `bytes` of its blob, and waits. */
async function beginPut({ digest, data }: Blob, bytes: number) {
  const request = httpRequest(`${worker.url}/cas/${digest.hash}`, {
    method: "PUT",
    headers: { "content-length": data.byteLength },
    agent: false,
  });
  const status = new Promise<number | "broken">((resolve) => {
    request.on("response", (response) => resolve(response.resume().statusCode ?? 0));
    request.on("error", () => resolve("broken"));
  });
  await new Promise((resolve) => request.write(data.subarray(0, bytes), resolve));
  return {
    status,
    sendRest: () => request.end(data.subarray(bytes)),
    breakOff: async () => {
      const closed = new Promise((resolve) => request.once("close", resolve));
      request.destroy();
      await closed;
    },
  };
}

async function objectCount(): Promise<number> {
  const bucket = await worker.bucket();
  return (await bucket.list()).objects.length;
}

beforeEach(async () => {
  const bucket = await worker.bucket();
  const { objects } = await bucket.list();
  await bucket.delete(objects.map(({ key }) => key));
  await (await worker.database()).exec("DELETE FROM rows");
});

describe("an upload beyond what the plan admits", () => {
  const tooLarge = largeBlob(MAX_BYTES + 1);

  test("is refused over HTTP with the remedy, and nothing of it is stored", async () => {
    const { status, text } = await put(tooLarge);
    expect(status).toBe(413);
    expect(text).toContain(`1000001 bytes are more than the ${MAX_BYTES}`);
    expect(text).toContain("a Hayloft of your own on Node");
    expect(await objectCount()).toBe(0);
  });

  test("is refused over ByteStream with the remedy, before its data", async () => {
    const open = new OpenWrite(clients);
    open.send({ resourceName: writeName("", { ...tooLarge, digestFunction: SHA256 }) });
    const error = await failure(open.committedSize);
    open.end();
    expect(error?.code).toBe(Code.InvalidArgument);
    expect(error?.rawMessage).toContain("a Hayloft of your own on Node");
    expect(await objectCount()).toBe(0);
  });

  test("is what the capabilities tell of", async () => {
    const { cacheCapabilities } = await clients.capabilities.getCapabilities({});
    expect(cacheCapabilities?.maxCasBlobSizeBytes).toBe(BigInt(MAX_BYTES));
  });

  test("begins one byte above it", async () => {
    expect((await put(largeBlob(MAX_BYTES))).status).toBe(200);
  });
});

test("uploads of one blob at once all succeed, and keep one object", async () => {
  const blob = largeBlob(500_000);
  const ends = await Promise.all([
    ...Array.from({ length: 4 }, async () => await writeBlob(clients, "", blob)),
    ...Array.from({ length: 4 }, async () => (await put(blob)).status),
  ]);
  expect(new Set(ends)).toEqual(new Set([500_000n, 200]));
  expect(await objectCount()).toBe(1);
});

test("an upload that breaks off leaves nothing", async () => {
  const blob = largeBlob(900_000);
  const upload = await beginPut(blob, 500_000);
  await upload.breakOff();
  expect(await upload.status).toBe("broken");
  // Whoever uploads it again finds neither it nor anything in the way.
  expect(await isPresent(clients, "", blob)).toBe(false);
  expect(await objectCount()).toBe(0);
  expect((await put(blob)).status).toBe(200);
});

test("a deployment in the middle of an upload lets it end whole, or leaves nothing of it", async () => {
  const blob = largeBlob(900_000);
  const upload = await beginPut(blob, 500_000);
  await worker.deployAgain();
  upload.sendRest();
  const status = await upload.status;
  expect([200, "broken"]).toContain(status);
  const isStored = status === 200;
  expect(await isPresent(clients, "", blob)).toBe(isStored);
  expect(await objectCount()).toBe(isStored ? 1 : 0);
  expect((await put(blob)).status).toBe(200);
  expect(await objectCount()).toBe(1);
});
