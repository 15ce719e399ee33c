import { zstdDecompressSync } from "node:zlib";
import { Compressor_Value } from "../../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { entryOutcome } from "../../../conformance/outcome.ts";
import { compressedReadName, read, readName } from "../../../conformance/streams.ts";
import { KIB } from "../../../support/bytes.ts";
import { absentDigest, expectBytes, type MadeUpBlob, withData } from "../made-up-blob.node.ts";
import { broken, kept, ofOneBlob, promised, sizeOf, type Visit, type Work } from "./visit.node.ts";

const MOST_ASKED = 200;
const MOST_ABSENT = 20;
const MOST_IN_BATCH = 20;
const MOST_IN_BATCH_BYTES = 100n * 1024n;

const { ZSTD } = Compressor_Value;

/** How blobs are looked for and read by RPCs. Every one of them was promised. */
export const readWork: readonly Work[] = [
  {
    name: "FindMissingBlobs",
    weight: 20,
    run: async (visit) => {
      const { way, random, order } = visit;
      const known = visit.blobs.pick(random, 1 + random.below(MOST_ASKED));
      const unknown = Array.from({ length: random.below(MOST_ABSENT) }, () => absentDigest(random));
      const blobDigests = [...known.map(({ digest }) => digest), ...unknown];
      const sinceMs = Date.now();
      const { instanceName } = order;
      const answer = await way.clients.cas.findMissingBlobs({ instanceName, blobDigests });
      const missing = new Set(answer.missingBlobDigests.map(({ hash }) => hash));
      for (const blob of known) if (missing.has(blob.digest.hash)) broken(visit, blob);
      if (missing.size !== unknown.length) throw new Error("an absent blob is said to be there");
      promised(visit, known, sinceMs);
    },
  },
  {
    name: "BatchReadBlobs",
    weight: 10,
    run: async (visit) => {
      const { way, random, order } = visit;
      const blobs = visit.blobs
        .pick(random, 2 * MOST_IN_BATCH)
        .filter(({ digest }) => digest.sizeBytes < MOST_IN_BATCH_BYTES)
        .slice(0, MOST_IN_BATCH);
      const sinceMs = Date.now();
      const { responses } = await way.clients.cas.batchReadBlobs({
        instanceName: order.instanceName,
        digests: blobs.map(({ digest }) => digest),
        acceptableCompressors: random.chance(0.5) ? [ZSTD] : [],
      });
      for (const [index, blob] of blobs.entries()) {
        const response = responses[index];
        const ended = response === undefined ? "no answer" : entryOutcome(response);
        if (ended === "NotFound") broken(visit, blob);
        if (response === undefined || ended !== "OK") throw new Error(`an entry: ${ended}`);
        const isPlain = response.compressor !== ZSTD;
        expectBytes(isPlain ? response.data : zstdDecompressSync(response.data), blob);
      }
      visit.tally.downloaded(sizeOf(blobs));
      promised(visit, blobs, sinceMs);
    },
  },
  {
    name: "ByteStream.Read",
    weight: 8,
    run: async (visit) =>
      await ofOne(visit, async (blob, name) => {
        expectBytes(await kept(visit, blob, read(visit.way.clients, name)), blob);
      }),
  },
  {
    name: "ByteStream.Read of a part",
    weight: 4,
    run: async (visit) =>
      await ofOne(visit, async (blob, name) => {
        const offset = visit.random.below(Number(blob.digest.sizeBytes));
        const limit = 1 + visit.random.below(64 * KIB);
        const range = { readOffset: BigInt(offset), readLimit: BigInt(limit) };
        const bytes = await kept(visit, blob, read(visit.way.clients, name, range));
        expectBytes(bytes, blob, offset, offset + limit);
      }),
  },
  {
    name: "ByteStream.Read, zstd",
    weight: 4,
    run: async (visit) =>
      await ofOne(visit, async (blob) => {
        const name = compressedReadName(visit.order.instanceName, withData(blob));
        const encoded = await kept(visit, blob, read(visit.way.clients, name));
        expectBytes(zstdDecompressSync(encoded), blob);
      }),
  },
  {
    name: "ByteStream.Read, broken off",
    weight: 2,
    run: async (visit) =>
      await ofOne(visit, async (blob, resourceName) => {
        const leaving = new AbortController();
        const { byteStream } = visit.way.clients;
        for await (const { data } of byteStream.read({ resourceName }, leaving)) {
          expectBytes(data, blob, 0, data.byteLength);
          break;
        }
        leaving.abort();
      }),
  },
];

async function ofOne(
  visit: Visit,
  run: (blob: MadeUpBlob, name: string) => Promise<void>,
): Promise<void> {
  await ofOneBlob(visit, async (blob) => {
    await run(blob, readName(visit.order.instanceName, withData(blob)));
    visit.tally.downloaded(sizeOf([blob]));
  });
}
