import { type Blob, BLAKE3, blobOf, emptyBlob, randomBlob, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { http, STORED, cachePath, putBlob } from "./http.node.ts";
import { offered, offerOf } from "./offer.ts";
import { outcome } from "./outcome.ts";
import {
  compressedReadName,
  compressedWriteName,
  type Range,
  read,
  readName,
  uploadOf,
  write,
  writeBlob,
} from "./streams.ts";
import { concat, sameBytes } from "../support/bytes.ts";
import { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { firstFrame, needsZstd, textBlob, unzstd, zstd } from "./zstd.node.ts";

async function readEncoded(f: Fixture, blob: Blob, range?: Range): Promise<Uint8Array> {
  return await read(f, compressedReadName(f.instanceName, blob), range);
}

async function writeEncoded(f: Fixture, blob: Blob, data: Uint8Array<ArrayBuffer>): Promise<void> {
  await write(f, uploadOf(compressedWriteName(f.instanceName, blob), { data }));
}

/** Reads whose answers are compressed on their way. */
export const compressedReads = [
  check("4.10", "a compressed blob is named by its plain bytes", async (f) => {
    await needsZstd(f);
    const blob = textBlob(10_000);
    await writeBlob(f, f.instanceName, blob);
    const encoded = await readEncoded(f, blob);
    f.expect(unzstd(encoded)).toEqual(blob.data);
    const asSent = blobOf(new Uint8Array(encoded));
    f.expect(await outcome(readEncoded(f, asSent))).toBe("NotFound");
    const call = writeEncoded(f, asSent, asSent.data);
    f.expect(await outcome(call)).not.toBe("OK");
  }),

  check("4.f", "compressed-blobs may name a function that has to be named", async (f) => {
    await needsZstd(f);
    const named = await offered(f, BLAKE3);
    for (const blob of [randomBlob(), ...named.map((value) => randomBlob(100, value))]) {
      await writeBlob(f, f.instanceName, blob);
      f.expect(unzstd(await readEncoded(f, blob))).toEqual(blob.data);
    }
  }),

  check("11.6", "a compressed read has no limit", async (f) => {
    await needsZstd(f);
    const blob = textBlob(1000);
    await writeBlob(f, f.instanceName, blob);
    for (const readLimit of [1n, 1000n, 2n ** 40n, -1n]) {
      const call = readEncoded(f, blob, { readLimit });
      f.expect(await outcome(call), `${readLimit}`).toBe("InvalidArgument");
    }
    f.expect(unzstd(await readEncoded(f, blob, { readLimit: 0n }))).toEqual(blob.data);
  }),

  check("11.7", "an offset counts plain bytes, and a whole stream follows", async (f) => {
    await needsZstd(f);
    for (const blob of [textBlob(300_000), randomBlob(300_000), textBlob(20_000)]) {
      await writeBlob(f, f.instanceName, blob);
      const { byteLength } = blob.data;
      for (const offset of [0, 1, 100, 16_384, byteLength - 20_000, byteLength - 1]) {
        const encoded = await readEncoded(f, blob, { readOffset: BigInt(offset) });
        const expected = blob.data.subarray(offset);
        f.expect(sameBytes(unzstd(encoded), expected), `from ${offset}`).toBe(true);
      }
      const beyond = readEncoded(f, blob, { readOffset: BigInt(byteLength) + 1n });
      f.expect(await outcome(beyond)).toBe("OutOfRange");
    }
  }),

  check("11.8", "no bytes are a stream of zstd too, and not an empty one", async (f) => {
    await needsZstd(f);
    const blob = textBlob(1000);
    await writeBlob(f, f.instanceName, blob);
    const atEnd = await readEncoded(f, blob, { readOffset: 1000n });
    for (const encoded of [atEnd, await readEncoded(f, emptyBlob)]) {
      f.expect(unzstd(encoded)).toEqual(new Uint8Array());
    }
  }),

  check("11.9", "a blob that came in frames of any kind is read as one", async (f) => {
    await needsZstd(f);
    const blob = textBlob(200_000);
    const parts = [0, 1, 50_000, 50_001, 200_000];
    const levels = [1, 3, 9, 19];
    const frames = levels.map((level, index) =>
      zstd(blob.data.subarray(parts[index], parts[index + 1]), level),
    );
    await writeEncoded(f, blob, concat(frames));
    f.expect(sameBytes(await read(f, readName(f.instanceName, blob)), blob.data)).toBe(true);
    f.expect(sameBytes(unzstd(await readEncoded(f, blob)), blob.data)).toBe(true);
  }),

  check("11.10", "a frame tells its size, and needs no more than decoders have", async (f) => {
    await needsZstd(f);
    for (const sizeBytes of [10, 20_000, 4_000_000]) {
      const blob = textBlob(sizeBytes);
      await writeBlob(f, f.instanceName, blob);
      const encoded = await readEncoded(f, blob);
      f.expect(unzstd(encoded).byteLength).toBe(sizeBytes);
      const descriptor = firstFrame(encoded)[4] ?? 0;
      const namesSize = (descriptor & 0b1110_0000) !== 0;
      const namesDictionary = (descriptor & 0b11) !== 0;
      f.expect([namesSize, namesDictionary], `${sizeBytes}`).toEqual([true, false]);
    }
  }),

  check("11.17", "a blob is readable in every form, however it came", async (f) => {
    const { instanceName } = f;
    const [batched, streamed, encoded, put] = [300, 301, 20_000, 302].map(textBlob);
    if (!batched || !streamed || !encoded || !put) throw new Error("four blobs are made");
    const { supportedCompressors } = await offerOf(f);
    const hasZstd = supportedCompressors.includes(Compressor_Value.ZSTD);
    await upload(f, instanceName, batched);
    await writeBlob(f, instanceName, streamed);
    if (hasZstd) await writeEncoded(f, encoded, zstd(encoded.data));
    else await writeBlob(f, instanceName, encoded);
    const speaksHttp = f.target.httpUrl !== undefined;
    if (speaksHttp) f.expect(STORED).toContain((await putBlob(f, put)).status);
    for (const blob of [batched, streamed, encoded, ...(speaksHttp ? [put] : [])]) {
      f.expect(await read(f, readName(instanceName, blob))).toEqual(blob.data);
      if (hasZstd) f.expect(unzstd(await readEncoded(f, blob))).toEqual(blob.data);
      if (!speaksHttp) continue;
      f.expect((await http(f, { path: cachePath(f, "cas", blob.digest) })).body).toEqual(blob.data);
    }
  }),
];
