import { emptyBlob, isPresent, plain, randomBlob, resized, upload } from "./blobs.ts";
import { check, clientsOn } from "./check.ts";
import { outcome } from "./outcome.ts";
import { OpenWrite, write, writeBlob, writeName } from "./streams.ts";

/** About as many SHA-256 digests as 4 MiB of request hold. */
const MANY = 57_000;

export const findMissingBlobs = [
  check("6.1", "exactly the absent digests come back, as they were sent", async (f) => {
    const { instanceName } = f;
    const present = [randomBlob(), randomBlob(), randomBlob(1)];
    const absent = [randomBlob(), randomBlob(1)].map(({ digest }) => digest);
    await upload(f, instanceName, ...present);
    const blobDigests = [...absent, ...present.map(({ digest }) => digest)];
    const { missingBlobDigests } = await f.cas.findMissingBlobs({ instanceName, blobDigests });
    f.expect(new Set(plain(missingBlobDigests))).toEqual(new Set(absent));
    f.expect(missingBlobDigests).toHaveLength(absent.length);
  }),

  check("6.2", "absent blobs are no error", async ({ cas, instanceName, expect }) => {
    const blobDigests = Array.from({ length: 100 }, () => randomBlob().digest);
    const { missingBlobDigests } = await cas.findMissingBlobs({ instanceName, blobDigests });
    expect(missingBlobDigests).toHaveLength(100);
  }),

  check("6.3", "the empty blob is never listed, what looks like it is", async (f) => {
    const lookAlike = resized(emptyBlob, 5n);
    const { missingBlobDigests } = await f.cas.findMissingBlobs({
      instanceName: f.instanceName,
      blobDigests: [emptyBlob.digest, lookAlike],
    });
    f.expect(plain(missingBlobDigests)).toEqual([lookAlike]);
  }),

  check("6.5", "a digest may be asked for twice", async (f) => {
    const { instanceName } = f;
    const [present, absent] = [randomBlob(), randomBlob()];
    await upload(f, instanceName, present);
    const blobDigests = [absent, present, absent, present].map(({ digest }) => digest);
    const { missingBlobDigests } = await f.cas.findMissingBlobs({ instanceName, blobDigests });
    f.expect(new Set(plain(missingBlobDigests))).toEqual(new Set([absent.digest]));
  }),

  check("6.6", "a request of 4 MiB is answered within seconds", async (f) => {
    const { instanceName } = f;
    const present = randomBlob();
    await upload(f, instanceName, present);
    const absent = Array.from({ length: MANY }, (_, index) => ({
      hash: index.toString(16).padStart(64, "0"),
      sizeBytes: 1000n,
    }));
    const { missingBlobDigests } = await f.cas.findMissingBlobs(
      { instanceName, blobDigests: [...absent, present.digest] },
      // Of these, the test's stand-in for DynamoDB takes ten on a slow machine: it is asked 570 times for a hundred keys.
      { timeoutMs: 25_000 },
    );
    f.expect(missingBlobDigests).toHaveLength(MANY);
  }),

  check("6.7", "what was not uploaded whole and verified is missing", async (f) => {
    const { instanceName } = f;
    const [wrong, short, open] = [randomBlob(), randomBlob(), randomBlob()];
    const { data } = randomBlob();
    const refused = { resourceName: writeName(instanceName, wrong), data, finishWrite: true };
    f.expect(await outcome(write(f, [refused]))).not.toBe("OK");
    const unfinished = { resourceName: writeName(instanceName, short), data: short.data };
    // What it answers to that is asked elsewhere (12.13).
    await outcome(write(f, [unfinished]));
    const stream = new OpenWrite(f);
    stream.send({ resourceName: writeName(instanceName, open), data: open.data });
    for (const blob of [wrong, short, open]) {
      f.expect(await isPresent(f, instanceName, blob)).toBe(false);
    }
    stream.cancel();
  }),

  check("6.8", "one malformed digest fails the call", async ({ cas, instanceName, expect }) => {
    const { digest } = randomBlob();
    for (const malformed of [{ hash: "zz", sizeBytes: 1n }, { ...digest, sizeBytes: -1n }, {}]) {
      const blobDigests = [digest, malformed, digest];
      const call = cas.findMissingBlobs({ instanceName, blobDigests });
      expect(await outcome(call)).toBe("InvalidArgument");
    }
  }),

  check("6.9", "an upload is seen at once on every connection", async (f) => {
    using connection = f.target.connect();
    const others = clientsOn(connection);
    const [batched, streamed] = [randomBlob(), randomBlob()];
    await upload(f, f.instanceName, batched);
    f.expect(await isPresent(others, f.instanceName, batched)).toBe(true);
    await writeBlob(f, f.instanceName, streamed);
    f.expect(await isPresent(others, f.instanceName, streamed)).toBe(true);
  }),
];
