import { isPresent, largeBlob, randomBlob, SHA256, upload } from "./blobs.ts";
import { check } from "./check.ts";
import { offersZstd, oversize } from "./offer.ts";
import { outcome } from "./outcome.ts";
import { zstdFrame } from "../support/raw-zstd.ts";
import {
  compressedWriteName,
  OpenWrite,
  read,
  readName,
  uploadOf,
  write,
  writeBlob,
  writeName,
  writeRest,
} from "./streams.ts";

/** Uploads that are answered, or broken off, before the client has sent everything. */
export const byteStreamWriteEarly = [
  check("12.8", "an upload of what is there is answered at once", async (f) => {
    const { instanceName } = f;
    const blob = largeBlob(1_000_000);
    await upload(f, instanceName, blob);
    const resourceName = writeName(instanceName, blob);
    for (const first of [{ resourceName }, { resourceName, writeOffset: 4096n }]) {
      const open = new OpenWrite(f);
      open.send(first);
      if (f.partly) open.end();
      f.expect(await open.committedSize).toBe(1_000_000n);
      open.end();
    }
    if (!(await offersZstd(f))) return;
    const open = new OpenWrite(f);
    open.send({ resourceName: compressedWriteName(instanceName, blob) });
    if (f.partly) open.end();
    f.expect(await open.committedSize, "of a compressed one").toBe(-1n);
    open.end();
  }),

  check(
    "12.9",
    "the answer to a plain upload is never -1, to a compressed one its bytes",
    async (f) => {
      const { instanceName } = f;
      const blob = randomBlob();
      f.expect(await writeBlob(f, instanceName, blob)).toBe(100n);
      f.expect(await writeBlob(f, instanceName, blob)).toBe(100n);
      if (!(await offersZstd(f))) return;
      const other = randomBlob();
      const data = zstdFrame(other.data);
      const committed = await write(
        f,
        uploadOf(compressedWriteName(instanceName, other), { data }),
      );
      f.expect([BigInt(data.byteLength), -1n], "what Bazel takes").toContain(committed);
    },
  ),

  check("12.11", "uploads of one blob at once all succeed", async (f) => {
    const { instanceName } = f;
    const blob = largeBlob(2_000_000);
    const uploads = Array.from({ length: 10 }, () => writeBlob(f, instanceName, blob));
    const batches = Array.from({ length: 3 }, () => upload(f, instanceName, blob));
    f.expect(new Set(await Promise.all(uploads))).toEqual(new Set([2_000_000n]));
    await Promise.all(batches);

    const late = randomBlob();
    const open = new OpenWrite(f);
    open.send({ resourceName: writeName(instanceName, late), data: late.data.subarray(0, 10) });
    await upload(f, instanceName, late);
    if (f.partly) {
      open.send({ writeOffset: 10n, data: late.data.subarray(10), finishWrite: true });
      open.end();
    } else {
      open.send({ writeOffset: 10n, data: late.data.subarray(10, 20) });
    }
    f.expect(await open.committedSize, "ended by the other").toBe(100n);
    open.end();
  }),

  check("12.14", "of an upload that is broken off, nothing can be seen", async (f) => {
    const blob = randomBlob();
    const resourceName = writeName(f.instanceName, blob);
    for (const data of [new Uint8Array(), blob.data.subarray(0, 50), blob.data]) {
      const open = new OpenWrite(f);
      open.send({ resourceName, data });
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
      open.cancel();
      f.expect(await outcome(open.committedSize)).toBe("Canceled");
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    }
    f.expect(await writeRest(f, resourceName, blob)).toBe(100n);
  }),

  check("12.19", "a blob that is too large is refused before its data", async (f) => {
    const digest = { ...randomBlob().digest, sizeBytes: await oversize(f) };
    const open = new OpenWrite(f);
    open.send({ resourceName: writeName(f.instanceName, { digest, digestFunction: SHA256 }) });
    if (f.partly) open.end();
    f.expect(await outcome(open.committedSize)).toBe("InvalidArgument");
    open.end();
  }),

  check("12.23", "two streams under one name do not mix", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob(100_000);
    const resourceName = writeName(instanceName, blob);
    const streams = [new OpenWrite(f), new OpenWrite(f)];
    for (const message of uploadOf(resourceName, blob, 10_000)) {
      for (const stream of streams) stream.send(message);
    }
    for (const stream of streams) stream.end();
    const ends = await Promise.all(streams.map((stream) => outcome(stream.committedSize)));
    f.expect(ends).toContain("OK");
    f.expect(["OK", "Aborted"]).toEqual(f.expect.arrayContaining(ends));
    f.expect(await read(f, readName(instanceName, blob))).toEqual(blob.data);
    f.expect(await write(f, uploadOf(resourceName, blob))).toBe(100_000n);

    const other = randomBlob(100_000);
    const name = writeName(instanceName, other);
    const older = new OpenWrite(f);
    older.send({ resourceName: name, data: other.data.subarray(0, 50_000) });
    const newer = await outcome(writeRest(f, name, other));
    older.end();
    f.expect(["OK", "Aborted"], "one that goes on").toContain(newer);
    await outcome(older.committedSize);
    if (newer === "OK") f.expect(await read(f, readName(instanceName, other))).toEqual(other.data);
  }),
];
