import { describe, type TestContext, it } from "vitest";
import { MIB } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { ByteStreamClient } from "./byte-stream-client.node.ts";
import { generateBlob, summaryOf } from "./generated-blob.node.ts";
import { get, put } from "./http-client.node.ts";

const blob = generateBlob(2048 * MIB, 1);
const { hash, sizeBytes } = blob;

/** What the process may take beyond what its store holds in memory: about 210 MiB were measured. */
const MAX_OWN_BYTES = 400 * MIB;

interface Store {
  readonly name: string;
  readonly args: readonly string[];
  /** The part of the blob that the store holds in memory. */
  readonly heldBytes: number;
}

const memory: Store = {
  name: "memory",
  args: ["--store", "memory", "--size", "2300MiB"],
  heldBytes: sizeBytes,
};

/** Large enough that one of its blocks can hold the blob; of its file only what is written takes room. */
const disk: Store = { name: "disk", args: ["--size", "48GiB"], heldBytes: 0 };

async function expectBounded(
  { pid }: Hayloft,
  { heldBytes }: Store,
  { annotate, expect }: Pick<TestContext, "annotate" | "expect">,
): Promise<void> {
  const { now, peak = now } = await residentBytes(pid);
  const ownMib = Math.round((peak - heldBytes) / MIB);
  await annotate(`the server's own peak was ${ownMib} MiB for a blob of ${sizeBytes / MIB} MiB`);
  expect(peak).toBeGreaterThan(heldBytes);
  expect(peak - heldBytes).toBeLessThan(MAX_OWN_BYTES);
}

describe("a blob of 2 GiB passes through bounded memory", () => {
  it.for([memory, disk])("up over ByteStream, down over both: $name", async (store, context) => {
    const { expect } = context;
    await using hayloft = await startHayloft(store);
    using client = new ByteStreamClient(hayloft.url);
    expect(await client.write(blob, blob.pieces())).toBe(sizeBytes);
    expect(await summaryOf(client.read(blob))).toEqual({ hash, sizeBytes });
    const body = await get(`${hayloft.url}/cas/${hash}`);
    expect(await summaryOf(body)).toEqual({ hash, sizeBytes });
    await expectBounded(hayloft, store, context);
  });

  it("up over HTTP, down over ByteStream", async (context) => {
    const { expect } = context;
    await using hayloft = await startHayloft(memory);
    const path = `/team/main/cas/${hash}`;
    expect(await put(`${hayloft.url}${path}`, sizeBytes, blob.pieces())).toBe(200);
    using client = new ByteStreamClient(hayloft.url, "team/main/");
    expect(await summaryOf(client.read(blob))).toEqual({ hash, sizeBytes });
    await expectBounded(hayloft, memory, context);
  });
});
