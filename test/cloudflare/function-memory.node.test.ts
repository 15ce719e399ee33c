import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { Code } from "@connectrpc/connect";
import { afterAll, expect, test } from "vitest";
import { limits } from "../../shared/limits.ts";
import {
  BatchReadBlobsRequestSchema,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { largeBlob, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { failure } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import { generateBlob, summaryOf } from "../streams/generated-blob.node.ts";
import { get, put } from "../streams/http-client.node.ts";
import { encode, pathOf } from "../support/raw-grpc.node.ts";
import { inspectHeap } from "../support/worker-heap.node.ts";
import { startWorker } from "../support/worker.node.ts";

const MIB = 1024 * 1024;

/** What a Worker may have, code and everything. */
const ISOLATE_BYTES = 128_000_000;

/** Pieces on their way, and what became garbage while it was looked. */
const PASSING_BYTES = 20 * MIB;

const SAMPLE_MS = 20;

const worker = await startWorker();
const heap = await inspectHeap(worker);
afterAll(async () => {
  heap[Symbol.dispose]();
  await worker[Symbol.asyncDispose]();
});

/** The most that was seen alive while `work` was done. */
async function peakDuring(work: Promise<unknown>): Promise<number> {
  const ended = work.then(() => true);
  let peak = 0;
  do peak = Math.max(peak, await heap.liveBytes());
  while (!(await Promise.race([ended, setTimeout(SAMPLE_MS, false)])));
  return peak;
}

function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

test("a blob of 90 MiB goes in and out, and takes next to nothing on its way", async ({
  annotate,
}) => {
  const blob = generateBlob(90 * MIB, 5);
  const url = `${worker.url}/cas/${blob.hash}`;
  const idle = await heap.liveBytes();
  let [status, hash] = [0, ""];
  const up = await peakDuring(
    put(url, blob.sizeBytes, blob.pieces()).then((answered) => (status = answered)),
  );
  const down = await peakDuring(
    get(url)
      .then(summaryOf)
      .then((summary) => (hash = summary.hash)),
  );
  expect([status, hash]).toEqual([200, blob.hash]);
  await annotate(`alive: ${inMib(idle)} idle, ${inMib(up)} on the way in, ${inMib(down)} out`);
  expect(up - idle).toBeLessThan(PASSING_BYTES);
  expect(down - idle).toBeLessThan(PASSING_BYTES);
});

test("the same compressed to almost nothing takes not much more", async ({ annotate }) => {
  const blob = generateBlob(90 * MIB, 6);
  const url = `${worker.url}/compressed/cas/${blob.hash}`;
  const encoder = createZstdCompress({ pledgedSrcSize: blob.sizeBytes });
  const encoded = await buffer(Readable.from(blob.pieces()).pipe(encoder));
  expect(encoded.byteLength).toBeLessThan(MIB);
  const idle = await heap.liveBytes();
  let [status, hash] = [0, ""];
  const up = await peakDuring(
    fetch(url, { method: "PUT", headers: { "content-encoding": "zstd" }, body: encoded }).then(
      (answer) => (status = answer.status),
    ),
  );
  const down = await peakDuring(
    get(url, { "accept-encoding": "zstd" })
      .then((body) => summaryOf(Readable.from(body).pipe(createZstdDecompress())))
      .then((summary) => (hash = summary.hash)),
  );
  expect([status, hash]).toEqual([200, blob.hash]);
  await annotate(`alive: ${inMib(idle)} idle, ${inMib(up)} on the way in, ${inMib(down)} out`);
  // It goes by so fast that more of it becomes garbage while it is looked.
  expect(up - idle).toBeLessThan(2 * PASSING_BYTES);
  expect(down - idle).toBeLessThan(2 * PASSING_BYTES);
});

/** Makes a call again while it is told that there is no room now. */
async function patiently(call: () => Promise<void>): Promise<void> {
  for (;;) {
    const error = await failure(call());
    if (error === undefined) return;
    if (error.code !== Code.ResourceExhausted) throw error;
    await setTimeout(SAMPLE_MS);
  }
}

test("calls with full batches wait or are put off, rather than fill the isolate", async ({
  annotate,
}) => {
  const target = createTarget({ baseUrl: worker.url, protocol: "connect", httpVersion: "1.1" });
  const { cas } = clientsOn(target.connect());
  const instanceName = "batches";
  const blobs = Array.from({ length: 16 }, () => largeBlob(4_000_000));
  const written = await peakDuring(
    Promise.all(
      blobs.map(async (blob) => {
        await patiently(async () => await upload({ cas }, instanceName, blob));
      }),
    ),
  );
  const codes = new Set<number | undefined>();
  const read = await peakDuring(
    Promise.all(
      blobs.map(async ({ digest }) => {
        const { responses } = await cas.batchReadBlobs({ instanceName, digests: [digest] });
        codes.add(responses[0]?.status?.code);
      }),
    ),
  );
  expect([...codes]).toEqual([0]);
  await annotate(`alive: ${inMib(written)} in writing 16 batches, ${inMib(read)} in reading them`);
  expect(written).toBeLessThan((ISOLATE_BYTES * 3) / 4);
  expect(read).toBeLessThan((ISOLATE_BYTES * 3) / 4);
});

test("who leaves in the midst of an answer gives back what it took", async () => {
  const target = createTarget({ baseUrl: worker.url, protocol: "connect", httpVersion: "1.1" });
  const { cas } = clientsOn(target.connect());
  const blob = largeBlob(4_000_000);
  await upload({ cas }, "", blob);
  const digests = [blob.digest];
  const path = pathOf(ContentAddressableStorage.method.batchReadBlobs);
  for (let leaver = 0; leaver < 8; leaver += 1) {
    const leaving = new AbortController();
    const answer = await fetch(`${worker.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/proto" },
      body: Buffer.from(encode(BatchReadBlobsRequestSchema, { digests })),
      signal: leaving.signal,
    });
    expect(answer.status).toBe(200);
    leaving.abort();
  }
  const startMs = performance.now();
  const { responses } = await cas.batchReadBlobs({ digests });
  expect(responses[0]?.status?.code).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(limits.requestRoomWaitMs / 2);
});
