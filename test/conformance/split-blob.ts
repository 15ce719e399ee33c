import { referenceLengths } from "../support/fast-cdc-reference.ts";
import {
  BLAKE3,
  blobOf,
  emptyBlob,
  isPresent,
  largeBlob,
  plain,
  randomBlob,
  upload,
} from "./blobs.ts";
import { check } from "./check.ts";
import {
  FAST_CDC_2020,
  LARGE,
  needsSplit,
  readAll,
  REP_MAX_CDC,
  split,
  spliced,
  splitWhole,
  UNKNOWN,
} from "./chunked-blobs.ts";
import { offered, offerOf } from "./offer.ts";
import { outcome } from "./outcome.ts";

export const splitBlob = [
  check(
    "10.1",
    "the chunks of a blob make it, and are there, by its digest function",
    async (f) => {
      for (const digestFunction of await offered(
        f,
        blobOf(new Uint8Array()).digestFunction,
        BLAKE3,
      )) {
        const blob = randomBlob(LARGE, digestFunction);
        const { chunkDigests } = await splitWhole(f, blob);
        f.expect(chunkDigests.length).toBeGreaterThan(1);
        for (const digest of chunkDigests) {
          f.expect(await isPresent(f, f.instanceName, { digest, digestFunction })).toBe(true);
          const chunk = blobOf(await readAll(f, [digest], digestFunction), digestFunction);
          f.expect(plain([chunk.digest])).toEqual(plain([digest]));
        }
        const bytes = await readAll(f, chunkDigests, digestFunction);
        f.expect(blobOf(bytes, digestFunction).digest).toEqual(blob.digest);
      }
    },
  ),

  check("10.2", "a blob that is absent cannot be split", async (f) => {
    await needsSplit(f);
    for (const size of [100, LARGE]) {
      f.expect(await outcome(split(f, randomBlob(size)))).toBe("NotFound");
    }
  }),

  check("10.4", "what was spliced can be split", async (f) => {
    await needsSplit(f);
    const { blob, chunks } = await spliced(f);
    const { chunkDigests } = await split(f, blob);
    f.expect(chunkDigests.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n)).toBe(BigInt(LARGE));
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(true);
    for (const chunk of chunks) f.expect(await isPresent(f, f.instanceName, chunk)).toBe(true);
  }),

  check("10.5", "which function to cut by is a wish", async (f) => {
    await needsSplit(f);
    const { blob } = await spliced(f);
    for (const wish of [UNKNOWN, FAST_CDC_2020, REP_MAX_CDC]) {
      f.expect((await split(f, blob, wish)).chunkDigests.length).toBeGreaterThan(0);
    }
  }),

  check("10.6", "what is called FAST_CDC_2020 was cut by it", async (f) => {
    const blob = randomBlob(LARGE);
    const { chunkDigests, chunkingFunction } = await splitWhole(f, blob);
    if (chunkingFunction !== FAST_CDC_2020) f.skip("the server cuts in another way");
    const { fastCdc2020Params } = await offerOf(f);
    const avgBytes = Number(fastCdc2020Params?.avgChunkSizeBytes);
    const seed = fastCdc2020Params?.seed ?? 0;
    const options = { minBytes: avgBytes / 4, avgBytes, maxBytes: avgBytes * 4, seed };
    const lengths = chunkDigests.map(({ sizeBytes }) => Number(sizeBytes));
    f.expect(lengths).toEqual(referenceLengths(blob.data, options));
  }),

  check("10.7", "a small blob is one chunk, and the empty one none", async (f) => {
    await needsSplit(f);
    const blob = randomBlob();
    await upload(f, f.instanceName, blob);
    f.expect(plain((await split(f, blob)).chunkDigests)).toEqual([blob.digest]);
    f.expect((await split(f, emptyBlob)).chunkDigests).toEqual([]);
  }),

  check("10.8", "chunks are read like any blob", async (f) => {
    const { chunkDigests } = await splitWhole(f, largeBlob(LARGE));
    const [first] = chunkDigests;
    if (first === undefined) throw new Error("there are no chunks");
    const { instanceName } = f;
    const { responses } = await f.cas.batchReadBlobs({ instanceName, digests: [first] });
    f.expect(responses.map(({ status }) => status?.code)).toEqual([0]);
    f.expect(responses[0]?.data).toEqual(await readAll(f, [first]));
    const { missingBlobDigests } = await f.cas.findMissingBlobs({
      instanceName,
      blobDigests: chunkDigests,
    });
    f.expect(missingBlobDigests).toEqual([]);
  }),
];
