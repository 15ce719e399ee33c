import { PreconditionFailureSchema } from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import {
  BLAKE3,
  blobOf,
  emptyBlob,
  isPresent,
  plain,
  randomBlob,
  resized,
  SHA256,
  upload,
} from "./blobs.ts";
import { check } from "./check.ts";
import {
  FAST_CDC_2020,
  inChunks,
  needsSplice,
  REP_MAX_CDC,
  splice,
  spliced,
  split,
  UNKNOWN,
} from "./chunked-blobs.ts";
import { offered, offerOf, oversize } from "./offer.ts";
import { failure, outcome } from "./outcome.ts";
import { read, readName } from "./streams.ts";

const MIB = 1024 * 1024;

/** What a splice of chunks that nothing is wrong with may be answered. */
const DONE = ["OK", "AlreadyExists"];

export const spliceBlob = [
  check("10.10", "a splice names its blob, and is told the same", async (f) => {
    await needsSplice(f);
    const { blob, chunks } = inChunks([100, 200]);
    await upload(f, f.instanceName, ...chunks);
    const { instanceName } = f;
    const chunkDigests = chunks.map(({ digest }) => digest);
    const nameless = f.cas.spliceBlob({ instanceName, chunkDigests });
    f.expect(await outcome(nameless)).toBe("InvalidArgument");
    const digest = await splice(f, blob, chunks);
    f.expect(digest && plain([digest])).toEqual([blob.digest]);
  }),

  check(
    "10.11",
    "chunks that do not make the blob are refused, and nothing is stored",
    async (f) => {
      await needsSplice(f);
      for (const sizes of [
        [100, 200],
        [MIB, MIB, MIB],
      ]) {
        const { chunks } = inChunks(sizes);
        await upload(f, f.instanceName, ...chunks);
        const other = randomBlob(sizes.reduce((sum, size) => sum + size));
        f.expect(await outcome(splice(f, other, chunks))).toBe("InvalidArgument");
        f.expect(await isPresent(f, f.instanceName, other)).toBe(false);
        const { blob } = { blob: { ...other, digest: resized(other) } };
        f.expect(await outcome(splice(f, blob, chunks))).toBe("InvalidArgument");
        f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
      }
      const { blob, chunks } = inChunks([MIB, MIB, MIB]);
      await upload(f, f.instanceName, ...chunks);
      const reversed = splice(f, blob, chunks.toReversed(), FAST_CDC_2020);
      f.expect(await outcome(reversed)).toBe("InvalidArgument");
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    },
  ),

  check("10.12", "absent chunks are not found", async (f) => {
    await needsSplice(f);
    for (const sizes of [
      [100, 200, 300],
      [MIB, MIB, MIB],
    ]) {
      const { blob, chunks } = inChunks(sizes);
      await upload(f, f.instanceName, ...chunks.slice(0, 1));
      f.expect(await outcome(splice(f, blob, chunks))).toBe("NotFound");
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    }
  }),

  check("1.13", "blobs that are missing, if they are named, are named in one way", async (f) => {
    const functions = await offered(f, SHA256, BLAKE3);
    await needsSplice(f);
    for (const digestFunction of functions) {
      const { blob, chunks } = inChunks([100, 200, 300], digestFunction);
      await upload(f, f.instanceName, ...chunks.slice(0, 1));
      const details = (await failure(splice(f, blob, chunks)))?.findDetails(
        PreconditionFailureSchema,
      );
      const violations = details?.flatMap((detail) => detail.violations) ?? [];
      const absent = chunks
        .slice(1)
        .map((chunk) => ({ type: "MISSING", subject: readName("", chunk) }));
      if (violations.length > 0) f.expect(violations).toMatchObject(absent);
    }
  }),

  check("10.13", "a blob that is there may be spliced again, and stays", async (f) => {
    const { blob, chunks } = await spliced(f);
    f.expect(DONE).toContain(await outcome(splice(f, blob, chunks)));
    const whole = inChunks([100, 200]);
    await upload(f, f.instanceName, whole.blob);
    f.expect(DONE).toContain(await outcome(splice(f, whole.blob, [whole.blob])));
    const withoutChunks = await outcome(splice(f, whole.blob, whole.chunks));
    f.expect([...DONE, "NotFound"]).toContain(withoutChunks);
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(true);
    f.expect(await isPresent(f, f.instanceName, whole.blob)).toBe(true);
  }),

  check("10.14", "chunks may be cut in any way", async (f) => {
    await needsSplice(f);
    for (const cutBy of [UNKNOWN, FAST_CDC_2020, REP_MAX_CDC]) {
      const { blob, chunks } = inChunks([MIB, 1, MIB + 5, 7]);
      await upload(f, f.instanceName, ...chunks);
      f.expect(await outcome(splice(f, blob, chunks, cutBy))).toBe("OK");
    }
  }),

  check("10.15", "a blob and its chunks share a digest function", async (f) => {
    await needsSplice(f);
    const { blob, chunks } = inChunks([100, 200]);
    await upload(f, f.instanceName, ...chunks);
    const sha1 = { digest: { hash: "a".repeat(40), sizeBytes: 200n } };
    const mixed = splice(f, blob, [...chunks.slice(0, 1), sha1]);
    f.expect(await outcome(mixed)).toBe("InvalidArgument");
  }),

  check("10.16", "chunks may repeat, and be empty; none make the empty blob alone", async (f) => {
    await needsSplice(f);
    f.expect(DONE).toContain(await outcome(splice(f, emptyBlob, [])));
    f.expect(DONE).toContain(await outcome(splice(f, emptyBlob, [emptyBlob, emptyBlob])));
    f.expect(await outcome(splice(f, randomBlob(), []))).toBe("InvalidArgument");
    for (const size of [100, MIB]) {
      const chunk = randomBlob(size);
      await upload(f, f.instanceName, chunk);
      const blob = blobOf(new Uint8Array([...chunk.data, ...chunk.data, ...chunk.data]));
      const chunks = [emptyBlob, chunk, emptyBlob, chunk, chunk];
      f.expect(await outcome(splice(f, blob, chunks))).toBe("OK");
      const bytes = await read(f, readName(f.instanceName, blob));
      f.expect(blobOf(new Uint8Array(bytes)).digest).toEqual(blob.digest);
      if ((await offerOf(f)).splitBlobSupport) {
        f.expect((await split(f, blob)).chunkDigests.length).toBeGreaterThan(0);
      }
    }
  }),

  check("10.17", "a blob above the largest is refused", async (f) => {
    await needsSplice(f);
    const sizeBytes = await oversize(f);
    const chunk = randomBlob();
    await upload(f, f.instanceName, chunk);
    const digest = { ...randomBlob().digest, sizeBytes };
    const call = splice(f, { digest, digestFunction: SHA256 }, [chunk]);
    f.expect(await outcome(call)).toBe("InvalidArgument");
  }),

  check("10.18", "a large blob is verified while its client waits", async (f) => {
    await needsSplice(f);
    const { maxCasBlobSizeBytes } = await offerOf(f);
    const most = maxCasBlobSizeBytes === 0n ? Infinity : Number(maxCasBlobSizeBytes);
    const count = Math.floor(Math.min(96 * MIB, most) / MIB);
    const chunk = randomBlob(MIB);
    await upload(f, f.instanceName, chunk);
    const data = new Uint8Array(count * MIB);
    for (let index = 0; index < count; index++) data.set(chunk.data, index * MIB);
    const chunks = Array.from({ length: count }, () => chunk);
    f.expect(await outcome(splice(f, blobOf(data), chunks))).toBe("OK");
    const other = { ...randomBlob().digest, sizeBytes: BigInt(data.byteLength) };
    const wrong = splice(f, { digest: other, digestFunction: SHA256 }, chunks);
    f.expect(await outcome(wrong)).toBe("InvalidArgument");
  }),
];
