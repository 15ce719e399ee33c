import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../shared/limits.ts";
import { Transfers } from "../../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import { type Blob, isPresent, largeBlob } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { read, readName, write, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { KIB, MIB, sameBytes } from "../support/bytes.ts";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { newObjects } from "../support/aws-stores.node.ts";

const deployment = await startDeployment();
const server = await startFunctionUrl(deployment, open);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await deployment[Symbol.asyncDispose]();
});

const target = createTarget({ baseUrl: server.url, protocol: "connect", httpVersion: "1.1" });
const connection = target.connect();
const clients = clientsOn(connection);
const transfers = createClient(Transfers, connection.transport);

const bucket = await newObjects(deployment.s3);
/** The names of all objects. */
async function stored(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of bucket.objects.list("", new AbortController().signal)) {
    names.push(...page);
  }
  return names;
}
let before = 0;
beforeEach(async () => {
  before = (await stored()).length;
});

async function put({ digest, data }: Blob): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/cas/${digest.hash}`, { method: "PUT", body: data });
  return { status: response.status, text: await response.text() };
}

/** Why a call was refused. */
async function refusal(call: Promise<unknown>): Promise<ConnectError> {
  return await call.then(
    () => expect.unreachable(),
    (error: unknown) => ConnectError.from(error),
  );
}

describe("an upload", () => {
  test("of the largest blob that is offered arrives", async () => {
    const { cacheCapabilities } = await clients.capabilities.getCapabilities({});
    expect(cacheCapabilities?.maxCasBlobSizeBytes).toBe(BigInt(limits.lambdaUploadBytes));
    const blob = largeBlob(limits.lambdaUploadBytes);
    expect(await put(blob)).toEqual({ status: 200, text: "stored\n" });
    const streamed = largeBlob(limits.lambdaUploadBytes);
    const resourceName = writeName("", streamed);
    const messages = [{ resourceName, data: streamed.data, finishWrite: true }];
    expect(await write(clients, messages)).toBe(streamed.digest.sizeBytes);
    expect(await isPresent(clients, "", blob)).toBe(true);
    expect(await isPresent(clients, "", streamed)).toBe(true);
  });

  test("of one that is larger is told what to do, before anything is stored", async () => {
    const blob = largeBlob(limits.lambdaUploadBytes + 1);
    const { status, text } = await put(blob);
    expect(status).toBe(413);
    expect(text).toContain("hayloft.v1.Transfers");
    expect(await stored()).toHaveLength(before);
  });

  test("by a stream is told so by its first message", async () => {
    const blob = largeBlob(64 * MIB);
    const resourceName = writeName("", blob);
    const messages = [{ resourceName, data: blob.data.subarray(0, 64 * KIB) }];
    const { code, rawMessage } = await refusal(write(clients, messages));
    expect(code).toBe(Code.InvalidArgument);
    expect(rawMessage).toContain("hayloft.v1.Transfers");
    expect(await stored()).toHaveLength(before);
  });

  test("that no event can hold does not reach the function", async () => {
    const { status } = await put(largeBlob(6 * MIB));
    expect(status).toBe(413);
    expect(await stored()).toHaveLength(before);
  });

  test("goes past the function by a presigned request, and is read through it", async () => {
    const blob = largeBlob(12 * MIB);
    const { uploads } = await transfers.beginUploads({ digests: [blob.digest] });
    const [{ way, uploadToken } = {}] = uploads;
    if (way?.case !== "request" || uploadToken === undefined) throw new Error(`not ${way?.case}`);
    const { "content-length": _, ...headers } = way.value.headers;
    const { status } = await fetch(way.value.url, { method: "PUT", headers, body: blob.data });
    expect(status).toBe(200);
    await transfers.commitUpload({ digest: blob.digest, uploadToken });

    const answer = await fetch(`${server.url}/cas/${blob.digest.hash}`);
    expect(sameBytes(new Uint8Array(await answer.arrayBuffer()), blob.data)).toBe(true);
    expect(sameBytes(await read(clients, readName("", blob)), blob.data)).toBe(true);
  });
});
