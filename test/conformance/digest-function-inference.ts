import { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { BLAKE3, isPresent, plain, randomBlob, SHA256, upload } from "./blobs.ts";
import { check } from "./check.ts";
import { offerOf } from "./offer.ts";
import { entryOutcome, outcome } from "./outcome.ts";

const { MD5, MURMUR3, SHA1, SHA384, SHA512, VSO } = DigestFunction_Value;

/** Hash lengths by the functions that a request may leave unnamed. */
const implicit = [
  [[MD5, MURMUR3], 32],
  [[SHA1], 40],
  [[VSO], 66],
  [[SHA384], 96],
  [[SHA512], 128],
] as const;

export const digestFunctionInference = [
  check("3.1", "a named function is used, or refused where it is not offered", async (f) => {
    const { instanceName } = f;
    const { digestFunctions: offered } = await offerOf(f);
    const known = Object.values(DigestFunction_Value).filter((value) => value !== 0);
    for (const digestFunction of known.filter((value) => !offered.includes(value))) {
      const blobDigests = [randomBlob().digest];
      const call = f.cas.findMissingBlobs({ instanceName, digestFunction, blobDigests });
      f.expect(await outcome(call), `function ${digestFunction}`).toBe("InvalidArgument");
    }
    const blobDigests = [{ hash: "0".repeat(40), sizeBytes: 1n }];
    for (const digestFunction of [SHA256, BLAKE3]) {
      const call = f.cas.findMissingBlobs({ instanceName, digestFunction, blobDigests });
      f.expect(await outcome(call)).toBe("InvalidArgument");
    }
  }),

  check("3.2", "without a name the length of the hash tells, among what is offered", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob();
    await upload(f, instanceName, blob);
    const found = await f.cas.findMissingBlobs({ instanceName, blobDigests: [blob.digest] });
    f.expect(found.missingBlobDigests).toEqual([]);
    const { digestFunctions: offered } = await offerOf(f);
    for (const [functions, length] of implicit) {
      const isOffered = functions.some((value) => offered.includes(value));
      const blobDigests = [{ hash: "0".repeat(length), sizeBytes: 1n }];
      const call = f.cas.findMissingBlobs({ instanceName, blobDigests });
      f.expect(await outcome(call), `${length} digits`).toBe(isOffered ? "OK" : "InvalidArgument");
    }
  }),

  check("3.3", "BLAKE3 is never guessed", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob(100, BLAKE3);
    await upload(f, instanceName, blob);
    const { missingBlobDigests } = await f.cas.findMissingBlobs({
      instanceName,
      blobDigests: [blob.digest],
    });
    f.expect(plain(missingBlobDigests)).toEqual([blob.digest]);
    f.expect(await isPresent(f, instanceName, blob)).toBe(true);
    // Taken for SHA-256, it is not what the bytes hash to.
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests: [blob] });
    f.expect(responses.map(entryOutcome)).toEqual(["InvalidArgument"]);
  }),

  check("3.4", "MD5 and MURMUR3 are not both offered", async (f) => {
    const { digestFunctions: offered } = await offerOf(f);
    f.expect(offered.includes(MD5) && offered.includes(MURMUR3)).toBe(false);
  }),

  check("3.5", "one request has one function", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob();
    const mixed = [blob.digest, { hash: "0".repeat(40), sizeBytes: 1n }];
    const find = f.cas.findMissingBlobs({ instanceName, blobDigests: mixed });
    f.expect(await outcome(find)).toBe("InvalidArgument");
    const reading = f.cas.batchReadBlobs({ instanceName, digests: mixed });
    const whole = await outcome(reading);
    const entries = whole === "OK" ? (await reading).responses.map(entryOutcome) : ["", whole];
    f.expect(entries[1]).toBe("InvalidArgument");
    const requests = mixed.map((digest) => ({ digest, data: blob.data }));
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(responses[1] === undefined ? "none" : entryOutcome(responses[1])).toBe(
      "InvalidArgument",
    );
  }),

  check(
    "3.6",
    "a request without digests needs no function",
    async ({ cas, instanceName, expect }) => {
      const found = await cas.findMissingBlobs({ instanceName });
      expect(found.missingBlobDigests).toEqual([]);
      expect((await cas.batchReadBlobs({ instanceName })).responses).toEqual([]);
      expect((await cas.batchUpdateBlobs({ instanceName })).responses).toEqual([]);
    },
  ),

  check("3.8", "results of one function's actions are not another's", async (f) => {
    const { instanceName, actions } = f;
    const actionDigest = randomBlob().digest;
    const named = { instanceName, actionDigest };
    await actions.updateActionResult({
      ...named,
      digestFunction: SHA256,
      actionResult: { exitCode: 7 },
    });
    const other = actions.getActionResult({ ...named, digestFunction: BLAKE3 });
    f.expect(await outcome(other)).toBe("NotFound");
    f.expect((await actions.getActionResult(named)).exitCode).toBe(7);
  }),

  check("3.9", "answers speak the function of their request", async (f) => {
    const { instanceName } = f;
    const [present, absent] = [randomBlob(100, BLAKE3), randomBlob(100, BLAKE3)];
    await upload(f, instanceName, present);
    const { responses } = await f.cas.batchReadBlobs({
      instanceName,
      digestFunction: BLAKE3,
      digests: [present.digest, absent.digest],
    });
    const echoed = responses.flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
    f.expect(plain(echoed)).toEqual([present.digest, absent.digest]);
    f.expect(responses.map(entryOutcome)).toEqual(["OK", "NotFound"]);
  }),
];
