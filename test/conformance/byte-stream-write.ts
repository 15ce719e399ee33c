import { sameBytes } from "../support/bytes.ts";
import { emptyBlob, isPresent, largeBlob, randomBlob } from "./blobs.ts";
import { check } from "./check.ts";
import { compressorsBeside, offerOf } from "./offer.ts";
import { outcome } from "./outcome.ts";
import {
  committedSoFar,
  OpenWrite,
  read,
  readName,
  uploadOf,
  write,
  writeBlob,
  writeName,
  writeRest,
} from "./streams.ts";

const MIB = 1024 * 1024;

/** The order of messages, their names and their offsets. */
const messages = [
  check(
    "12.1",
    "the first message names the resource, later ones may only repeat it",
    async (f) => {
      const { instanceName } = f;
      const blob = randomBlob(200_000);
      const [first, ...others] = [...uploadOf(writeName(instanceName, blob), blob)];
      const nameless = [{ ...first, resourceName: "" }, ...others];
      f.expect(await outcome(write(f, nameless))).not.toBe("OK");
      const other = writeName(instanceName, blob);
      const renamed = [{ ...first }, ...others.map((m) => ({ ...m, resourceName: other }))];
      f.expect(await outcome(write(f, renamed))).not.toBe("OK");
      f.expect(await isPresent(f, instanceName, blob)).toBe(false);
      const resourceName = writeName(instanceName, blob);
      const repeated = [...uploadOf(resourceName, blob)].map((m) => ({ ...m, resourceName }));
      f.expect(await write(f, repeated)).toBe(200_000n);
    },
  ),

  check("12.2", "an upload starts where QueryWriteStatus says, or at 0", async (f) => {
    const blob = randomBlob(200_000);
    const { data } = blob;
    const resourceName = writeName(f.instanceName, blob);
    await outcome(write(f, [{ resourceName, data: data.subarray(0, 150_000) }]));
    const kept = await committedSoFar(f, resourceName);
    for (const writeOffset of [kept + 7n, kept - 7n, 200_001n]) {
      const wrong = { resourceName, writeOffset, data, finishWrite: true };
      f.expect(await outcome(write(f, [wrong])), `at ${writeOffset}`).not.toBe("OK");
    }
    f.expect(await writeRest(f, resourceName, blob)).toBe(200_000n);

    const other = randomBlob(200_000);
    const again = writeName(f.instanceName, other);
    await outcome(write(f, [{ resourceName: again, data: data.subarray(0, 150_000) }]));
    f.expect(await write(f, uploadOf(again, other)), "after other bytes").toBe(200_000n);
  }),

  check("12.3", "data follows data without gap or overlap", async (f) => {
    const blob = randomBlob(200_000);
    const resourceName = writeName(f.instanceName, blob);
    const [first, second, ...rest] = uploadOf(resourceName, blob);
    for (const writeOffset of [0n, 65_535n, 65_537n]) {
      const call = write(f, [{ ...first }, { ...second, writeOffset }, ...rest]);
      f.expect(await outcome(call), `at ${writeOffset}`).not.toBe("OK");
    }
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
  }),

  check("12.5", "nothing follows finish_write, which may come with data or alone", async (f) => {
    const { instanceName } = f;
    const [blob, other] = [randomBlob(), randomBlob()];
    const resourceName = writeName(instanceName, blob);
    const last = { writeOffset: 100n, finishWrite: true };
    f.expect(await write(f, [{ resourceName, data: blob.data }, last])).toBe(100n);
    f.expect(await isPresent(f, instanceName, blob)).toBe(true);
    const [whole] = uploadOf(writeName(instanceName, other), other);
    const tooLong = [{ ...whole }, { writeOffset: 100n, data: Uint8Array.of(1) }];
    f.expect(await outcome(write(f, tooLong))).not.toBe("OK");
  }),

  check("12.18", "a stream without a message is an error", async (f) => {
    f.expect(await outcome(write(f, []))).toBe("InvalidArgument");
  }),

  check("12.22", "thousands of small messages are no burden", async (f) => {
    const blob = largeBlob(16 * MIB);
    const name = writeName(f.instanceName, blob);
    const committed = await write(f, uploadOf(name, blob, 4096));
    f.expect(committed).toBe(blob.digest.sizeBytes);
  }),

  check("12.24", "a message without data keeps the stream open", async (f) => {
    const blob = randomBlob();
    const resourceName = writeName(f.instanceName, blob);
    const sizeBytes = await write(f, [
      { resourceName },
      {},
      { data: blob.data.subarray(0, 50) },
      { writeOffset: 50n },
      { writeOffset: 50n, data: blob.data.subarray(50), finishWrite: true },
    ]);
    f.expect(sizeBytes).toBe(100n);
  }),
];

/** What an upload comes to. */
const outcomes = [
  check("12.6", "bytes that are not what the name says are refused and forgotten", async (f) => {
    const { instanceName } = f;
    const [blob, { data }] = [randomBlob(200_000), randomBlob(200_000)];
    const resourceName = writeName(instanceName, blob);
    f.expect(await outcome(write(f, uploadOf(resourceName, { data })))).toBe("InvalidArgument");
    f.expect(await isPresent(f, instanceName, blob)).toBe(false);
    f.expect(await committedSoFar(f, resourceName)).toBe(0n);
    f.expect(await write(f, uploadOf(resourceName, blob))).toBe(200_000n);
  }),

  check("12.7", "the committed size of a whole upload is the blob's size", async (f) => {
    for (const sizeBytes of [1, 65_536, MIB + 1]) {
      const committed = await writeBlob(f, f.instanceName, randomBlob(sizeBytes));
      f.expect(committed).toBe(BigInt(sizeBytes));
    }
  }),

  check("12.12", "more or fewer bytes than the size are refused", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob(1000);
    const longer = { data: new Uint8Array(100_000) };
    longer.data.set(blob.data);
    const open = new OpenWrite(f);
    const [first] = uploadOf(writeName(instanceName, blob), longer);
    open.send({ ...first, finishWrite: false });
    if (f.partly) open.end();
    f.expect(await outcome(open.committedSize), "as soon as exceeded").not.toBe("OK");
    open.end();
    const shorter = { data: blob.data.subarray(1) };
    const short = write(f, uploadOf(writeName(instanceName, blob), shorter));
    f.expect(await outcome(short)).toBe("InvalidArgument");
    f.expect(await isPresent(f, instanceName, blob)).toBe(false);
  }),

  check("12.13", "a stream that ends before finish_write commits nothing", async (f) => {
    const blob = randomBlob();
    const resourceName = writeName(f.instanceName, blob);
    for (const data of [blob.data.subarray(0, 50), blob.data]) {
      const call = write(f, [{ resourceName, data }]);
      // Some take it for a mistake of the client's.
      const isTaken = (await outcome(call)) === "OK";
      if (isTaken) f.expect(await call).toBe(await committedSoFar(f, resourceName));
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    }
    f.expect(await writeRest(f, resourceName, blob)).toBe(100n);
  }),

  check("12.17", "the empty blob is uploaded by one message", async (f) => {
    f.expect(await writeBlob(f, f.instanceName, emptyBlob)).toBe(0n);
  }),

  check("12.21", "an upload that was answered can be read", async (f) => {
    const blob = randomBlob(3 * MIB);
    await writeBlob(f, f.instanceName, blob);
    const bytes = await read(f, readName(f.instanceName, blob));
    f.expect(sameBytes(bytes, blob.data)).toBe(true);
  }),

  check("12.25", "an upload is made under any function offered", async (f) => {
    const { digestFunctions } = await offerOf(f);
    for (const value of digestFunctions) {
      const blob = randomBlob(200_000, value);
      f.expect(await writeBlob(f, f.instanceName, blob)).toBe(200_000n);
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(true);
    }
  }),

  check("12.16", "only compressors that are offered may be used", async (f) => {
    const { supportedCompressors } = await offerOf(f);
    const { digest, data } = randomBlob();
    for (const { token } of compressorsBeside(supportedCompressors)) {
      const path = `compressed-blobs/${token}/${digest.hash}/${digest.sizeBytes}`;
      const resourceName = `${f.instanceName}/uploads/${crypto.randomUUID()}/${path}`;
      const call = write(f, [{ resourceName, data, finishWrite: true }]);
      f.expect(await outcome(call), token).not.toBe("OK");
    }
  }),
];

export const byteStreamWrite = [...messages, ...outcomes];
