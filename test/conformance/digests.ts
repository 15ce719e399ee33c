import { Code } from "@connectrpc/connect";
import type { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  type Blob,
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
import { alikeFunctions, everyFunction, oversize } from "./offer.ts";
import { entryOutcome, failure, outcome, outcomeInBatch, streamOutcome } from "./outcome.ts";
import { read, readName, write, writeBlob, writeName } from "./streams.ts";

/** How every RPC that takes a digest, and that the server has, answers one that is malformed. */
async function outcomesOf(
  { cas, actions, instanceName }: Fixture,
  digest: DigestInit,
): Promise<ReadonlySet<string>> {
  const update = cas.batchUpdateBlobs({ instanceName, requests: [{ digest }] });
  const outcomes = new Set(
    await Promise.all([
      outcome(cas.findMissingBlobs({ instanceName, blobDigests: [digest] })),
      outcome(cas.batchReadBlobs({ instanceName, digests: [digest] })),
      streamOutcome(cas.getTree({ instanceName, rootDigest: digest })),
      outcome(actions.getActionResult({ instanceName, actionDigest: digest })),
      outcome(actions.updateActionResult({ instanceName, actionDigest: digest, actionResult: {} })),
      outcomeInBatch(update, 0),
    ]),
  );
  outcomes.delete("Unimplemented");
  return outcomes;
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

/** A blob of a function that is there now: too large for SHA256TREE to be SHA-256. */
async function uploaded(f: Fixture, digestFunction: DigestFunction_Value): Promise<Blob> {
  const blob = randomBlob(2000, digestFunction);
  await upload(f, f.instanceName, blob);
  return blob;
}

async function expectReadable(f: Fixture, { digest, digestFunction, data }: Blob): Promise<void> {
  const { cas, instanceName } = f;
  const request = { instanceName, digestFunction, digests: [digest] };
  const { responses } = await cas.batchReadBlobs(request);
  f.expect(responses.map((entry) => entry.data)).toEqual([data]);
  f.expect(await read(f, readName(instanceName, { digest, digestFunction }))).toEqual(data);
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
    for (const { value, token, digits } of await everyFunction(f)) {
      for (const text of ["A".repeat(digits), "a".repeat(digits - 1), "a".repeat(digits + 1)]) {
        const digest = { hash: text, sizeBytes: 5n };
        const asked = isPresent(f, f.instanceName, { digest, digestFunction: value });
        f.expect(await outcome(asked), `${token} ${text}`).toBe("InvalidArgument");
      }
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
    for (const wrong of [resized(blob, 1n), resized(blob, -1n)]) {
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
      for (const [one, other] of await alikeFunctions(f)) {
        const { digest, data } = await uploaded(f, one.value);
        const outcomes = await uploadOutcomes(f, digest, data, other.value);
        f.expect(outcomes, `${one.token} as ${other.token}`).toEqual(invalid);
      }
    },
  ),

  check("2.5", "the empty blob is always there, in every function", async (f) => {
    for (const { value: digestFunction } of await everyFunction(f)) {
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
    const [larger, other] = [resized(emptyBlob, 5n), { ...randomBlob().digest, sizeBytes: 0n }];
    f.expect(await isListedMissing(f, larger)).toBe(true);
    f.expect(await readOutcomes(f, larger)).toEqual(["NotFound", "NotFound"]);
    // A server may know at once that only one hash can have no bytes.
    f.expect(
      await isPresent(f, f.instanceName, { digest: other, digestFunction: SHA256 }).catch(
        () => false,
      ),
    ).toBe(false);
    for (const digest of [larger, other]) {
      const uploads = await uploadOutcomes(f, digest, new Uint8Array());
      f.expect(uploads).toEqual(["InvalidArgument", "InvalidArgument"]);
    }
    for (const { value: digestFunction, token } of await everyFunction(f)) {
      const digest = resized(blobOf(new Uint8Array(), digestFunction));
      const isThere = await isPresent(f, f.instanceName, { digest, digestFunction });
      f.expect(isThere, token).toBe(false);
    }
  }),

  check("2.7", "a blob is stored under one function only", async (f) => {
    const pairs = await alikeFunctions(f);
    if (pairs.length === 0) f.skip("no two functions that the server offers have alike hashes");
    for (const [one, other] of pairs) {
      const { digest } = await uploaded(f, one.value);
      const asOther = { digest, digestFunction: other.value };
      const pair = `${one.token} as ${other.token}`;
      f.expect(await isPresent(f, f.instanceName, asOther), pair).toBe(false);
      const reading = read(f, readName(f.instanceName, asOther));
      f.expect(await outcome(reading), pair).toBe("NotFound");
    }
  }),

  check("2.8", "every upload is verified", async (f) => {
    for (const { value: digestFunction, token } of await everyFunction(f)) {
      const [blob, other] = [randomBlob(100, digestFunction), randomBlob(100)];
      const outcomes = await uploadOutcomes(f, blob.digest, other.data, digestFunction);
      f.expect(outcomes, token).not.toContain("OK");
      f.expect(await isPresent(f, f.instanceName, blob), token).toBe(false);
      f.expect(await writeBlob(f, f.instanceName, blob), token).toBe(100n);
      await expectReadable(f, blob);
      await expectReadable(f, await uploaded(f, digestFunction));
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
