import { zstdCompressSync } from "node:zlib";
import { Compressor_Value } from "../../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { entryOutcome } from "../../../conformance/outcome.ts";
import {
  compressedWriteName,
  OpenWrite,
  uploadOf,
  write,
  writeBlob,
  writeName,
  writeRest,
} from "../../../conformance/streams.ts";
import { KIB } from "../../../support/bytes.ts";
import { makeUp, withData } from "../made-up-blob.node.ts";
import { Trouble } from "../trouble.ts";
import { uploaded, type Visit, type Work } from "./visit.node.ts";

const MOST_IN_BATCH = 20;
const MOST_IN_BATCH_BYTES = 64 * KIB;

const { ZSTD, IDENTITY } = Compressor_Value;

/** How blobs come in by RPCs. */
export const uploadWork: readonly Work[] = [
  {
    name: "BatchUpdateBlobs",
    weight: 8,
    uploads: true,
    run: async (visit) => {
      const { way, random, order } = visit;
      const count = 1 + random.below(MOST_IN_BATCH);
      const blobs = Array.from({ length: count }, () => makeUp(random, 1, MOST_IN_BATCH_BYTES));
      const requests = blobs.map((blob) => {
        const { data, digest } = withData(blob);
        if (random.chance(0.7)) return { digest, data, compressor: IDENTITY };
        return { digest, data: new Uint8Array(zstdCompressSync(data)), compressor: ZSTD };
      });
      const sinceMs = Date.now();
      const { instanceName } = order;
      const { responses } = await way.clients.cas.batchUpdateBlobs({ instanceName, requests });
      for (const response of responses) {
        const ended = entryOutcome(response);
        if (ended === "ResourceExhausted") throw new Trouble("no room", "an entry of a batch");
        if (ended !== "OK") throw new Error(`an entry of a batch ended with ${ended}`);
      }
      if (responses.length !== count) throw new Error(`${responses.length} answers to ${count}`);
      uploaded(visit, blobs, sinceMs);
    },
  },
  {
    name: "ByteStream.Write",
    weight: 4,
    uploads: true,
    run: async (visit) => {
      const blob = makeUp(visit.random, 1, visit.order.mostBlobBytes);
      const sinceMs = Date.now();
      const { instanceName } = visit.order;
      const size = await writeBlob(visit.way.clients, instanceName, withData(blob));
      expectSize(size, blob.digest.sizeBytes);
      uploaded(visit, [blob], sinceMs);
    },
  },
  {
    name: "ByteStream.Write, zstd",
    weight: 2,
    uploads: true,
    run: async (visit) => {
      const blob = makeUp(visit.random, 1, visit.order.mostBlobBytes);
      const whole = withData(blob);
      const data = zstdCompressSync(whole.data);
      const sinceMs = Date.now();
      const name = compressedWriteName(visit.order.instanceName, whole);
      await write(visit.way.clients, uploadOf(name, { data: new Uint8Array(data) }));
      uploaded(visit, [blob], sinceMs);
    },
  },
  {
    name: "ByteStream.Write, broken off",
    weight: 1,
    uploads: true,
    run: async (visit) => void (await breakOff(visit)),
  },
  {
    name: "ByteStream.Write, resumed",
    weight: 1,
    uploads: true,
    resumes: true,
    run: async (visit) => {
      const { blob, name } = await breakOff(visit);
      const sinceMs = Date.now();
      const size = await writeRest(visit.way.clients, name, withData(blob));
      expectSize(size, blob.digest.sizeBytes);
      uploaded(visit, [blob], sinceMs);
    },
  },
];

/** Begins an upload of several messages, and resets its stream half-way. */
async function breakOff({ way, random, order, uploads }: Visit) {
  const blob = makeUp(random, 100 * KIB, order.mostBlobBytes);
  const whole = withData(blob);
  const name = writeName(order.instanceName, whole);
  const stream = new OpenWrite(way.clients);
  const messages = [...uploadOf(name, whole)];
  const half = messages.slice(0, Math.ceil(messages.length / 2));
  stream.send(...half.filter(({ finishWrite }) => finishWrite !== true));
  // What was sent is on its way before the reset, or not; both have to do.
  if (random.chance(0.5)) await way.clients.capabilities.getCapabilities({});
  stream.cancel();
  await stream.committedSize.catch(() => undefined);
  uploads.take(Number(blob.digest.sizeBytes) / 2);
  return { blob, name };
}

function expectSize(size: bigint, expected: bigint): void {
  if (size !== expected) throw new Error(`an upload of ${expected} bytes is said to have ${size}`);
}
