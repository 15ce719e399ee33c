import { describe, type TestContext, it } from "vitest";
import { MIB } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { ByteStreamClient } from "./byte-stream-client.node.ts";
import { generateBlob, summaryOf } from "./generated-blob.node.ts";
import { get, put } from "./http-client.node.ts";

const blob = generateBlob(2048 * MIB, 1);
const { hash, sizeBytes } = blob;

/** What the process may take beyond the blob, which the memory store holds: about 210 MiB were measured. */
const MAX_OWN_BYTES = 400 * MIB;

const startLarge = (): Promise<Hayloft> => startHayloft({ args: ["--size", "2300MiB"] });

async function expectBounded(
  { pid }: Hayloft,
  { annotate, expect }: Pick<TestContext, "annotate" | "expect">,
): Promise<void> {
  const { now, peak = now } = await residentBytes(pid);
  const ownMib = Math.round((peak - sizeBytes) / MIB);
  await annotate(`the server's peak was ${ownMib} MiB beyond the blob of ${sizeBytes / MIB} MiB`);
  expect(peak).toBeGreaterThan(sizeBytes);
  expect(peak - sizeBytes).toBeLessThan(MAX_OWN_BYTES);
}

describe("a blob of 2 GiB passes through bounded memory", () => {
  it("up over ByteStream, down over ByteStream and HTTP", async (context) => {
    const { expect } = context;
    await using hayloft = await startLarge();
    using client = new ByteStreamClient(hayloft.url);
    expect(await client.write(blob, blob.pieces())).toBe(sizeBytes);
    expect(await summaryOf(client.read(blob))).toEqual({ hash, sizeBytes });
    const body = await get(`${hayloft.url}/cas/${hash}`);
    expect(await summaryOf(body)).toEqual({ hash, sizeBytes });
    await expectBounded(hayloft, context);
  });

  it("up over HTTP, down over ByteStream", async (context) => {
    const { expect } = context;
    await using hayloft = await startLarge();
    const path = `/team/main/cas/${hash}`;
    expect(await put(`${hayloft.url}${path}`, sizeBytes, blob.pieces())).toBe(200);
    using client = new ByteStreamClient(hayloft.url, "team/main/");
    expect(await summaryOf(client.read(blob))).toEqual({ hash, sizeBytes });
    await expectBounded(hayloft, context);
  });
});
