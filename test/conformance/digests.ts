import { Code } from "@connectrpc/connect";
import {
  BLAKE3,
  type DigestInit,
  emptyBlob,
  blobOf,
  isPresent,
  plain,
  randomBlob,
  resized,
  SHA256,
  upload,
} from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { oversize } from "./offer.ts";
import { entryOutcome, failure, outcome, streamOutcome } from "./outcome.ts";
import { read, readName, write, writeBlob, writeName } from "./streams.ts";

/** How every RPC that takes a digest answers one that is malformed. */
async function outcomesOf(
  { cas, actions, instanceName }: Fixture,
  digest: DigestInit,
): Promise<ReadonlySet<string>> {
  const update = cas.batchUpdateBlobs({ instanceName, requests: [{ digest }] });
  const outcomes = await Promise.all([
    outcome(cas.findMissingBlobs({ instanceName, blobDigests: [digest] })),
    outcome(cas.batchReadBlobs({ instanceName, digests: [digest] })),
    streamOutcome(cas.getTree({ instanceName, rootDigest: digest })),
    outcome(actions.getActionResult({ instanceName, actionDigest: digest })),
    outcome(actions.updateActionResult({ instanceName, actionDigest: digest, actionResult: {} })),
    update.then(({ responses: [entry] }) => (entry === undefined ? "none" : entryOutcome(entry))),
  ]);
  return new Set(outcomes);
}

async function isListedMissing(
  { cas, instanceName }: Fixture,
  digest: DigestInit,
): Promise<boolean> {
  const { missingBlobDigests } = await cas.findMissingBlobs({
    instanceName,
    blobDigests: [digest],
  });
  return missingBlobDigests.length === 1;
}

/** How every way of reading a blob ends. */
async function readOutcomes(fixture: Fixture, digest: DigestInit): Promise<string[]> {
  const { cas, instanceName } = fixture;
  const { responses } = await cas.batchReadBlobs({ instanceName, digests: [digest] });
  const streamed = read(fixture, readName(instanceName, { digest, digestFunction: SHA256 }));
  return [...responses.map(entryOutcome), await outcome(streamed)];
}

/** How every way of uploading `data` under a digest ends. */
async function uploadOutcomes(
  fixture: Fixture,
  digest: DigestInit,
  data: Uint8Array,
  digestFunction = SHA256,
): Promise<string[]> {
  const { cas, instanceName } = fixture;
  const requests = [{ digest, data }];
  const { responses } = await cas.batchUpdateBlobs({ instanceName, digestFunction, requests });
  const name = writeName(instanceName, { digest, digestFunction });
  const message = { resourceName: name, data, finishWrite: true };
  return [...responses.map(entryOutcome), await outcome(write(fixture, [message]))];
}

export const digests = [
  check("2.1", "a hash is lower-case hexadecimal of its function's length", async (f) => {
    const { hash } = randomBlob().digest;
    const malformed = [
      `${hash.slice(1)}A`,
      hash.slice(1),
      `${hash}0`,
      `${hash.slice(1)}g`,
      ` ${hash.slice(1)}`,
      "",
    ];
    for (const text of malformed) {
      const outcomes = await outcomesOf(f, { hash: text, sizeBytes: 5n });
      f.expect([...outcomes], JSON.stringify(text)).toEqual(["InvalidArgument"]);
    }
  }),

  check("2.2", "a size is not negative, and never rounded", async (f) => {
    const { hash } = randomBlob().digest;
    for (const sizeBytes of [-1n, -(2n ** 63n)]) {
      f.expect([...(await outcomesOf(f, { hash, sizeBytes }))]).toEqual(["InvalidArgument"]);
    }
    const digest = { hash, sizeBytes: 2n ** 53n + 1n };
    const call = f.cas.findMissingBlobs({ instanceName: f.instanceName, blobDigests: [digest] });
    const refused = await failure(call);
    if (refused !== undefined) f.expect(refused.code).toBe(Code.InvalidArgument);
    else f.expect(plain((await call).missingBlobDigests)).toEqual([digest]);
  }),

  check("2.3", "a hash with another size is another blob", async (f) => {
    const blob = randomBlob();
    await upload(f, f.instanceName, blob);
    for (const wrong of [
      resized(blob, 1n),
      resized(blob, -1n),
      { ...blob.digest, sizeBytes: 0n },
    ]) {
      f.expect(await isListedMissing(f, wrong)).toBe(true);
      f.expect(await readOutcomes(f, wrong)).toEqual(["NotFound", "NotFound"]);
    }
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(true);
  }),

  check(
    "2.4",
    "uploads are only cut short for the very blob: hash, size and function",
    async (f) => {
      const blob = randomBlob();
      await upload(f, f.instanceName, blob);
      const invalid = ["InvalidArgument", "InvalidArgument"];
      f.expect(await uploadOutcomes(f, resized(blob), blob.data)).toEqual(invalid);
      f.expect(await uploadOutcomes(f, blob.digest, blob.data, BLAKE3)).toEqual(invalid);
    },
  ),

  check("2.5", "the empty blob is always there, in every function", async (f) => {
    for (const digestFunction of [SHA256, BLAKE3]) {
      const { digest, data } = blobOf(new Uint8Array(), digestFunction);
      const blob = { digest, data, digestFunction };
      const { instanceName } = f;
      f.expect(await isPresent(f, instanceName, blob)).toBe(true);
      const request = { instanceName, digestFunction, digests: [digest] };
      const { responses } = await f.cas.batchReadBlobs(request);
      f.expect(responses.map(entryOutcome)).toEqual(["OK"]);
      f.expect(await read(f, readName(instanceName, blob))).toEqual(data);
      const uploads = await uploadOutcomes(f, digest, data, digestFunction);
      f.expect(uploads).toEqual(["OK", "OK"]);
    }
  }),

  check("2.6", "what only looks like the empty blob is not", async (f) => {
    const lookAlikes = [resized(emptyBlob, 5n), { ...randomBlob().digest, sizeBytes: 0n }];
    for (const digest of lookAlikes) {
      f.expect(await isListedMissing(f, digest)).toBe(true);
      f.expect(await readOutcomes(f, digest)).toEqual(["NotFound", "NotFound"]);
      f.expect(await uploadOutcomes(f, digest, new Uint8Array())).toEqual([
        "InvalidArgument",
        "InvalidArgument",
      ]);
    }
  }),

  check("2.7", "a blob is stored under one function only", async (f) => {
    const [blob, twin] = [randomBlob(), randomBlob(100, BLAKE3)];
    await upload(f, f.instanceName, blob);
    await upload(f, f.instanceName, twin);
    f.expect(await isPresent(f, f.instanceName, { ...blob, digestFunction: BLAKE3 })).toBe(false);
    f.expect(await isPresent(f, f.instanceName, { ...twin, digestFunction: SHA256 })).toBe(false);
    const asBlake3 = readName(f.instanceName, { ...blob, digestFunction: BLAKE3 });
    f.expect(await outcome(read(f, asBlake3))).toBe("NotFound");
  }),

  check("2.8", "every upload is verified", async (f) => {
    for (const digestFunction of [SHA256, BLAKE3]) {
      const [blob, other] = [randomBlob(100, digestFunction), randomBlob(100)];
      const outcomes = await uploadOutcomes(f, blob.digest, other.data, digestFunction);
      f.expect(outcomes).toEqual(["InvalidArgument", "InvalidArgument"]);
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
      f.expect(await writeBlob(f, f.instanceName, blob)).toBe(100n);
    }
  }),

  check("2.9", "bytes that look like a message are kept as they are", async (f) => {
    // A Directory whose fields stand in an order that no encoder would choose, with one that nobody knows.
    const blob = blobOf(Uint8Array.from([0x1a, 0, 0xf8, 7, 1, 0x0a, 0, 0x12, 0, ...randomTail()]));
    await upload(f, f.instanceName, blob);
    f.expect(await read(f, readName(f.instanceName, blob))).toEqual(blob.data);
  }),

  check("2.10", "a blob above the advertised size is refused", async (f) => {
    const { data, digest } = randomBlob();
    const tooLarge = { ...digest, sizeBytes: await oversize(f) };
    f.expect(await uploadOutcomes(f, tooLarge, data)).toEqual([
      "InvalidArgument",
      "InvalidArgument",
    ]);
  }),
];

/** A field that nobody knows with random bytes in it. */
function randomTail(): readonly number[] {
  return [0xfa, 7, 32, ...randomBlob(32).data];
}
