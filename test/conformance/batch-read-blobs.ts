import { toBinary } from "@bufbuild/protobuf";
import {
  BatchReadBlobsResponseSchema,
  type BatchReadBlobsResponse_Response,
  Compressor_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  type Blob,
  type DigestInit,
  emptyBlob,
  isPresent,
  largeBlob,
  plain,
  randomBlob,
  resized,
  upload,
} from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { batchLimit } from "./offer.ts";
import { entryOutcome, faultyFields, outcome } from "./outcome.ts";

/** What gRPC clients receive at most unless told otherwise. */
const RECEIVE_LIMIT = 4 * 1024 * 1024;

/** A number that no compressor has. */
const UNKNOWN_NUMBER = 99;

async function readBatch(
  { cas, instanceName }: Fixture,
  digests: readonly DigestInit[],
  acceptableCompressors: readonly Compressor_Value[] = [],
): Promise<BatchReadBlobsResponse_Response[]> {
  const { responses } = await cas.batchReadBlobs({
    instanceName,
    digests: [...digests],
    acceptableCompressors: [...acceptableCompressors],
  });
  return responses;
}

function digestsOf(responses: readonly BatchReadBlobsResponse_Response[]): DigestInit[] {
  return plain(responses.flatMap(({ digest }) => (digest === undefined ? [] : [digest])));
}

async function uploaded(f: Fixture, ...blobs: readonly Blob[]): Promise<DigestInit[]> {
  await upload(f, f.instanceName, ...blobs);
  return blobs.map(({ digest }) => digest);
}

export const batchReadBlobs = [
  check("8.1", "each digest has its answer: bytes, or why there are none", async (f) => {
    const [one, other, absent] = [randomBlob(), randomBlob(1000), randomBlob()];
    await upload(f, f.instanceName, one, other);
    const digests = [one.digest, absent.digest, other.digest, resized(one)];
    const responses = await readBatch(f, digests);
    f.expect(responses.map(entryOutcome)).toEqual(["OK", "NotFound", "OK", "NotFound"]);
    f.expect(digestsOf(responses)).toEqual(digests);
    const none = new Uint8Array();
    f.expect(responses.map(({ data }) => data)).toEqual([one.data, none, other.data, none]);
  }),

  check("8.2", "the sizes asked for may not exceed the advertised limit", async (f) => {
    const max = await batchLimit(f);
    const large = largeBlob(max);
    const digests = await uploaded(f, large);
    f.expect((await readBatch(f, digests)).map(entryOutcome)).toEqual(["OK"]);
    const { instanceName } = f;
    const beyond = f.cas.batchReadBlobs({ instanceName, digests: [...digests, ...digests] });
    f.expect(await faultyFields(beyond)).toEqual(["digests"]);
    const absent = [{ ...randomBlob().digest, sizeBytes: BigInt(max) + 1n }];
    const call = f.cas.batchReadBlobs({ instanceName, digests: absent });
    f.expect(await outcome(call)).toBe("InvalidArgument");
  }),

  check("8.3", "an answer is plain or compressed as the client accepts", async (f) => {
    const blob = largeBlob(10_000);
    const digests = await uploaded(f, blob);
    const { IDENTITY, ZSTD, DEFLATE } = Compressor_Value;
    const wishes = [[], [IDENTITY], [ZSTD], [DEFLATE, ZSTD, IDENTITY]];
    for (const acceptable of wishes) {
      const responses = await readBatch(f, digests, acceptable);
      f.expect([IDENTITY, ...acceptable]).toContain(responses[0]?.compressor);
      f.expect(responses.map(entryOutcome)).toEqual(["OK"]);
    }
    f.expect((await readBatch(f, digests))[0]?.data).toEqual(blob.data);
  }),

  check("8.6", "the empty blob reads as no bytes", async (f) => {
    const responses = await readBatch(f, [emptyBlob.digest]);
    f.expect(responses.map(entryOutcome)).toEqual(["OK"]);
    f.expect(responses[0]?.data).toEqual(new Uint8Array());
    f.expect(responses[0]?.compressor).toBe(Compressor_Value.IDENTITY);
  }),

  check("8.7", "a digest asked for twice is answered twice, in the order asked", async (f) => {
    const [one, other] = [randomBlob(), randomBlob()];
    await upload(f, f.instanceName, one, other);
    const digests = [other.digest, one.digest, other.digest, other.digest];
    const responses = await readBatch(f, digests);
    f.expect(digestsOf(responses)).toEqual(digests);
    f.expect(responses.map(({ data }) => data)).toEqual([
      other.data,
      one.data,
      other.data,
      other.data,
    ]);
  }),

  check("8.8", "unknown compressors are passed over", async (f) => {
    const digests = await uploaded(f, randomBlob());
    const unknown = UNKNOWN_NUMBER as Compressor_Value;
    f.expect((await readBatch(f, digests, [unknown])).map(entryOutcome)).toEqual(["OK"]);
  }),

  check("8.9", "an answer fits a client that receives no more than 4 MiB", async (f) => {
    const max = await batchLimit(f);
    const present = largeBlob(Math.floor(max / 3000));
    const digests = await uploaded(f, present);
    const { instanceName } = f;
    for (const asked of [
      Array.from({ length: 3000 }, () => digests).flat(),
      Array.from({ length: 15_000 }, () => randomBlob(10).digest),
      Array.from({ length: 62_000 }, () => emptyBlob.digest),
    ]) {
      const call = f.cas.batchReadBlobs({ instanceName, digests: asked });
      if ((await outcome(call)) === "InvalidArgument") continue;
      const response = await call;
      const size = toBinary(BatchReadBlobsResponseSchema, response).byteLength;
      f.expect(size, `${asked.length} digests`).toBeLessThanOrEqual(RECEIVE_LIMIT);
      f.expect(response.responses).toHaveLength(asked.length);
      const outcomes = new Set(response.responses.map(entryOutcome));
      f.expect(["OK", "NotFound", "ResourceExhausted"]).toEqual(
        f.expect.arrayContaining([...outcomes]),
      );
    }
    f.expect(await isPresent(f, instanceName, present)).toBe(true);
  }),
];
