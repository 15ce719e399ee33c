import {
  type BatchReadBlobsResponse_Response,
  Compressor_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { concat } from "../support/bytes.ts";
import { zstdBomb } from "../support/raw-zstd.ts";
import { type Blob, emptyBlob, isPresent, plain, randomBlob, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { offerOf } from "./offer.ts";
import { entryOutcome } from "./outcome.ts";
import { read, readName } from "./streams.ts";
import { textBlob, unzstd, zstd } from "./zstd.node.ts";

const { IDENTITY, ZSTD, DEFLATE, BROTLI } = Compressor_Value;

async function needsBatchZstd(f: Fixture): Promise<void> {
  const { supportedBatchUpdateCompressors } = await offerOf(f);
  const isOffered = supportedBatchUpdateCompressors.includes(ZSTD);
  if (!isOffered) f.skip("the server offers no zstd for batches");
}

async function readBatch(
  f: Fixture,
  blobs: readonly Blob[],
  acceptableCompressors: Compressor_Value[],
): Promise<BatchReadBlobsResponse_Response[]> {
  const { instanceName } = f;
  const digests = blobs.map(({ digest }) => digest);
  const request = { instanceName, digests, acceptableCompressors };
  return (await f.cas.batchReadBlobs(request)).responses;
}

function plainData({ compressor, data }: BatchReadBlobsResponse_Response): Uint8Array {
  return compressor === ZSTD ? unzstd(data) : data;
}

/** Batches whose blobs are compressed one by one. */
export const compressedBatches = [
  check("7.6", "a compressed blob has to decode to exactly its own bytes", async (f) => {
    await needsBatchZstd(f);
    const { instanceName } = f;
    const [one, other, wrong] = [textBlob(1000), textBlob(100_000), textBlob(1000)];
    const encoded = zstd(wrong.data);
    const damaged = new Uint8Array(encoded);
    damaged.fill(0xff, 12, 20);
    const others = [one.data, wrong.data.subarray(1), concat([wrong.data, one.data])];
    const bad: readonly Uint8Array[] = [
      ...others.map((data) => zstd(data)),
      zstdBomb(500),
      encoded.subarray(0, -1),
      concat([encoded, Uint8Array.of(0)]),
      damaged,
      wrong.data,
      new Uint8Array(),
    ];
    const parts = [other.data.subarray(0, 5000), other.data.subarray(5000)];
    const requests = [
      { digest: one.digest, data: zstd(one.data), compressor: ZSTD },
      ...bad.map((data) => ({ digest: wrong.digest, data, compressor: ZSTD })),
      { digest: other.digest, data: concat(parts.map((part) => zstd(part))), compressor: ZSTD },
      { digest: emptyBlob.digest, data: zstd(emptyBlob.data), compressor: ZSTD },
    ];
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    const invalid = bad.map(() => "InvalidArgument");
    f.expect(responses.map(entryOutcome)).toEqual(["OK", ...invalid, "OK", "OK"]);
    f.expect(await isPresent(f, instanceName, wrong)).toBe(false);
    for (const blob of [one, other]) {
      f.expect(await read(f, readName(instanceName, blob))).toEqual(blob.data);
    }
  }),

  check("8.4", "what shrinks is compressed for who accepts it, and nothing else", async (f) => {
    const { supportedCompressors } = await offerOf(f);
    const [text, noise, tiny] = [textBlob(5000), randomBlob(5000), textBlob(10)];
    const blobs = [text, noise, tiny];
    await upload(f, f.instanceName, ...blobs);
    const accepted = await readBatch(f, blobs, [DEFLATE, ZSTD]);
    f.expect(accepted.map(entryOutcome)).toEqual(["OK", "OK", "OK"]);
    f.expect(accepted.map(plainData)).toEqual(blobs.map(({ data }) => data));
    if (supportedCompressors.includes(ZSTD)) {
      f.expect(accepted.map(({ compressor }) => compressor)).toEqual([ZSTD, IDENTITY, IDENTITY]);
      f.expect(accepted[0]?.data.byteLength).toBeLessThan(2500);
    }
    for (const acceptable of [[], [IDENTITY], [DEFLATE, BROTLI]]) {
      const responses = await readBatch(f, blobs, acceptable);
      f.expect(responses.map(({ compressor }) => compressor)).toEqual(blobs.map(() => IDENTITY));
    }
  }),

  check("8.5", "a compressed answer echoes the digest of the plain bytes", async (f) => {
    const blobs = [textBlob(1000), emptyBlob, textBlob(100_000)];
    await upload(f, f.instanceName, ...blobs);
    const responses = await readBatch(f, blobs, [ZSTD]);
    const echoed = responses.flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
    f.expect(plain(echoed)).toEqual(blobs.map(({ digest }) => digest));
    f.expect(responses.map(plainData)).toEqual(blobs.map(({ data }) => data));
  }),

  check("8.10", "a compressed answer tells its status too", async (f) => {
    const blob = textBlob(1000);
    await upload(f, f.instanceName, blob);
    const responses = await readBatch(f, [blob, randomBlob()], [ZSTD]);
    f.expect(responses.map(entryOutcome)).toEqual(["OK", "NotFound"]);
    f.expect(responses.map(({ data }) => data.byteLength === 0)).toEqual([false, true]);
  }),
];
