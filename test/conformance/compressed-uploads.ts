import { concat } from "../support/bytes.ts";
import { type Blob, isPresent, randomBlob } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { offersZstd } from "./offer.ts";
import { outcome } from "./outcome.ts";
import { skippableFrame, zstdBomb, zstdFrame } from "../support/raw-zstd.ts";
import { committedSoFar, compressedWriteName, read, readName, uploadOf, write } from "./streams.ts";

async function needsZstd(f: Fixture): Promise<void> {
  if (!(await offersZstd(f))) f.skip("the server does not offer zstd");
}

async function writeEncoded(
  f: Fixture,
  blob: Blob,
  data: Uint8Array<ArrayBuffer>,
): Promise<bigint> {
  return await write(f, uploadOf(compressedWriteName(f.instanceName, blob), { data }));
}

/** Uploads whose bytes are compressed on their way. */
export const compressedUploads = [
  check("12.4", "offsets count compressed bytes, except where a stream begins", async (f) => {
    await needsZstd(f);
    const blob = randomBlob(300_000);
    const data = zstdFrame(blob.data);
    const [first, second, ...rest] = uploadOf(compressedWriteName(f.instanceName, blob), { data });
    const plainBytes = 65_536n - 12n;
    for (const writeOffset of [0n, plainBytes, 65_537n]) {
      const call = write(f, [{ ...first }, { ...second, writeOffset }, ...rest]);
      f.expect(await outcome(call), `at ${writeOffset}`).not.toBe("OK");
    }
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);

    const resourceName = compressedWriteName(f.instanceName, blob);
    await outcome(write(f, [{ resourceName, data: data.subarray(0, 280_000) }]));
    const offset = await committedSoFar(f, resourceName);
    f.expect(offset).toBeLessThan(300_000n);
    const left = zstdFrame(blob.data.subarray(Number(offset)));
    const committed = await write(f, uploadOf(resourceName, { data: left }, 50_000, offset));
    // What the API says, or that it does not matter, or what others answer and clients have learnt to bear.
    const answers = [offset + BigInt(left.byteLength), -1n, blob.digest.sizeBytes];
    f.expect(answers).toContain(committed);
    f.expect(await read(f, readName(f.instanceName, blob))).toEqual(blob.data);
  }),

  check("12.15", "only whole frames of the blob's bytes are taken, and any of them", async (f) => {
    await needsZstd(f);
    const { instanceName } = f;
    const blob = randomBlob(100_000);
    const whole = zstdFrame(blob.data);
    const longer = zstdFrame(concat([blob.data, Uint8Array.of(0)]));
    const wrong: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
      "not compressed": blob.data,
      "cut off": whole.subarray(0, -1),
      "no frame": new Uint8Array(),
      "with other bytes behind it": concat([whole, Uint8Array.of(1, 2, 3, 4, 5)]),
      "with a cut frame behind it": concat([whole, zstdFrame(new Uint8Array()).subarray(0, -1)]),
      "of more bytes": longer,
      "of very many bytes": zstdBomb(500),
      "of other bytes": zstdFrame(randomBlob(100_000).data),
    };
    for (const [what, data] of Object.entries(wrong)) {
      f.expect(await outcome(writeEncoded(f, blob, data)), what).toBe("InvalidArgument");
      f.expect(await isPresent(f, instanceName, blob), what).toBe(false);
    }
    const skipped = skippableFrame(randomBlob(100).data);
    const [head, tail] = [blob.data.subarray(0, 1000), blob.data.subarray(1000)].map(zstdFrame);
    if (head === undefined || tail === undefined) throw new Error("a blob has two parts");
    const frames = concat([skipped, head, zstdFrame(new Uint8Array()), skipped, tail, skipped]);
    f.expect(await outcome(writeEncoded(f, blob, frames))).toBe("OK");
    f.expect(await read(f, readName(instanceName, blob))).toEqual(blob.data);
  }),
];
