import { once } from "node:events";
import { get as httpGet, type IncomingMessage } from "node:http";
import { setTimeout } from "node:timers/promises";
import { createZstdDecompress } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { iterate } from "../../shared/bytes/collect.ts";
import { limits } from "../../shared/limits.ts";
import { summaryOf } from "../streams/generated-blob.node.ts";
import { get, put } from "../streams/http-client.node.ts";
import { bytesOf, MIB } from "../support/bytes.ts";
import { inspectHeap } from "../support/worker-heap.node.ts";
import { startWorker } from "../support/worker.node.ts";

const worker = await startWorker({ HAYLOFT_OPEN: "1", HAYLOFT_COMPRESS_AT_REST: "zstd" });
const heap = await inspectHeap(worker);
afterAll(async () => {
  heap[Symbol.dispose]();
  await worker[Symbol.asyncDispose]();
});

/** The part that is held, the one that it is about to outgrow, and what passes by. */
const MOST_BYTES = 1.5 * limits.encodedPartBytes + 10 * MIB;

const SAMPLE_MS = 20;

/** Letters, of which zstd needs some two bits each, with another number in front of each MiB. */
async function letters(mebibytes: number): Promise<readonly Uint8Array[]> {
  const pattern = bytesOf(MIB).map((byte) => 97 + (byte & 3));
  return Array.from({ length: mebibytes }, (_, index) => pattern.with(0, index));
}

/** The most that was seen alive while `work` was done, beyond what is always. */
async function peakDuring(work: Promise<unknown>): Promise<number> {
  const idle = await heap.liveBytes();
  const ended = work.then(() => true);
  let peak = 0;
  do peak = Math.max(peak, await heap.liveBytes());
  while (!(await Promise.race([ended, setTimeout(SAMPLE_MS, false)])));
  return peak - idle;
}

test("a Worker keeps a large blob compressed, in little memory, and gives it as it is asked for", async ({
  annotate,
}) => {
  const pieces = await letters(40);
  const whole = await summaryOf(iterate(pieces));
  const url = `${worker.url}/cas/${whole.hash}`;
  const held = await peakDuring(put(url, whole.sizeBytes, pieces));
  const bucket = await worker.bucket();
  const { objects } = await bucket.list();
  expect(objects.map(({ key }) => key)).toEqual([expect.stringMatching(/z$/)]);
  const keptBytes = objects[0]?.size ?? 0;
  expect(keptBytes).toBeGreaterThan(limits.encodedPartBytes);
  expect(keptBytes).toBeLessThan(whole.sizeBytes / 3);

  const [encoded] = (await once(
    httpGet(url, { headers: { "accept-encoding": "zstd" } }),
    "response",
  )) as [IncomingMessage];
  expect(encoded.headers["content-encoding"]).toBe("zstd");
  expect(await summaryOf(encoded.pipe(createZstdDecompress()))).toEqual(whole);
  const plain = get(url).then(summaryOf);
  const given = await peakDuring(plain);
  expect(await plain).toEqual(whole);
  await annotate(`held ${Math.round(held / MIB)} MiB in, ${Math.round(given / MIB)} out`);
  expect(Math.max(held, given)).toBeLessThan(MOST_BYTES);
});
