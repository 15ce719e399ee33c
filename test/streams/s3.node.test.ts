import { describe, it } from "vitest";
import { startMiniflareS3 } from "../support/aws-engines.node.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { environmentOf, startLocalAws } from "../support/local-aws.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { ByteStreamClient } from "./byte-stream-client.node.ts";
import { generateBlob, summaryOf } from "./generated-blob.node.ts";
import { get, put } from "./http-client.node.ts";

const blob = generateBlob(1024 * MIB, 1);
const { hash, sizeBytes } = blob;

/** What the process may take: about 250 MiB were measured. */
const MAX_RESIDENT_BYTES = 400 * MIB;

describe("a blob of 1 GiB passes through bounded memory, to and from S3", () => {
  it.for(["ByteStream", "HTTP"] as const)("up over %s, down over both", async (way, context) => {
    const { annotate, expect } = context;
    await using aws = await startLocalAws();
    await using s3 = await startMiniflareS3();
    const env = { ...aws.env, ...environmentOf(s3, aws.dynamo) };
    await using hayloft = await startHayloft({ args: aws.args, env });
    using client = new ByteStreamClient(hayloft.url);
    const url = `${hayloft.url}/cas/${hash}`;
    if (way === "HTTP") expect(await put(url, sizeBytes, blob.pieces())).toBe(200);
    else expect(await client.write(blob, blob.pieces())).toBe(sizeBytes);
    const up = await residentBytes(hayloft.pid);
    expect(await summaryOf(client.read(blob))).toEqual({ hash, sizeBytes });
    expect(await summaryOf(await get(url))).toEqual({ hash, sizeBytes });
    const { now, peak = now } = await residentBytes(hayloft.pid);
    const [upMib, peakMib] = [up.peak ?? up.now, peak].map((bytes) => Math.round(bytes / MIB));
    await annotate(
      `the server's peak was ${upMib} MiB after the upload, ${peakMib} MiB at the end`,
    );
    expect(peak).toBeLessThan(MAX_RESIDENT_BYTES);
  });
});
