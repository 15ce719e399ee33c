import { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { isPresent, plain, randomBlob, upload } from "./blobs.ts";
import { check } from "./check.ts";
import { functionRules } from "./function-rules.ts";
import { alikeFunctions, everyFunction, offered, offerOf } from "./offer.ts";
import { entryOutcome, outcome, outcomeInBatch } from "./outcome.ts";

const { MD5, MURMUR3 } = DigestFunction_Value;

export const digestFunctionInference = [
  check("3.1", "a named function is used, or refused where it is not offered", async (f) => {
    const { instanceName } = f;
    const { digestFunctions } = await offerOf(f);
    const known = Object.values(DigestFunction_Value).filter((value) => value !== 0);
    for (const digestFunction of known.filter((value) => !digestFunctions.includes(value))) {
      const blobDigests = [randomBlob().digest];
      const call = f.cas.findMissingBlobs({ instanceName, digestFunction, blobDigests });
      f.expect(await outcome(call), `function ${digestFunction}`).toBe("InvalidArgument");
    }
    for (const { value: digestFunction, token, digits } of await everyFunction(f)) {
      const other = functionRules.find((rules) => rules.digits !== digits);
      const blobDigests = [{ hash: "0".repeat(other?.digits ?? 0), sizeBytes: 1n }];
      const call = f.cas.findMissingBlobs({ instanceName, digestFunction, blobDigests });
      f.expect(await outcome(call), token).toBe("InvalidArgument");
      const blob = randomBlob(100, digestFunction);
      await upload(f, instanceName, blob);
      f.expect(await isPresent(f, instanceName, blob), token).toBe(true);
    }
  }),

  check("3.2", "without a name the length of the hash tells, among what is offered", async (f) => {
    const { instanceName } = f;
    const every = await everyFunction(f);
    for (const { value, token } of every.filter(({ isNamed }) => !isNamed)) {
      const blob = randomBlob(100, value);
      await upload(f, instanceName, blob);
      const found = await f.cas.findMissingBlobs({ instanceName, blobDigests: [blob.digest] });
      f.expect(found.missingBlobDigests, token).toEqual([]);
      const { responses } = await f.cas.batchReadBlobs({ instanceName, digests: [blob.digest] });
      f.expect(
        responses.map(({ data }) => data),
        token,
      ).toEqual([blob.data]);
    }
    for (const length of new Set(functionRules.map(({ digits }) => digits))) {
      const isOffered = every.some(({ digits, isNamed }) => digits === length && !isNamed);
      const blobDigests = [{ hash: "0".repeat(length), sizeBytes: 1n }];
      const call = f.cas.findMissingBlobs({ instanceName, blobDigests });
      f.expect(await outcome(call), `${length} digits`).toBe(isOffered ? "OK" : "InvalidArgument");
    }
  }),

  check("3.3", "BLAKE3, SHA256TREE and GITSHA1 are never guessed", async (f) => {
    const { cas, instanceName } = f;
    const every = await everyFunction(f);
    const named = every.filter(({ isNamed }) => isNamed);
    if (named.length === 0) f.skip("the server offers none of them");
    for (const { value, token, digits } of named) {
      // Larger than the blobs that SHA256TREE and SHA-256 agree on.
      const blob = randomBlob(2000, value);
      await upload(f, instanceName, blob);
      f.expect(await isPresent(f, instanceName, blob), token).toBe(true);
      const finding = cas.findMissingBlobs({ instanceName, blobDigests: [blob.digest] });
      const hasTwin = every.some((other) => !other.isNamed && other.digits === digits);
      if (hasTwin) f.expect(plain((await finding).missingBlobDigests)).toEqual([blob.digest]);
      else f.expect(await outcome(finding), token).toBe("InvalidArgument");
      // Taken for another function's, it is not what the bytes hash to.
      const writing = cas.batchUpdateBlobs({ instanceName, requests: [blob] });
      f.expect(await outcomeInBatch(writing, 0), token).toBe("InvalidArgument");
    }
  }),

  check("3.4", "MD5 and MURMUR3 are not both offered", async (f) => {
    f.expect((await offered(f, MD5, MURMUR3)).length).toBeLessThan(2);
  }),

  check("3.5", "one request has one function", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob();
    const mixed = [blob.digest, { hash: "0".repeat(40), sizeBytes: 1n }];
    const find = f.cas.findMissingBlobs({ instanceName, blobDigests: mixed });
    f.expect(await outcome(find)).toBe("InvalidArgument");
    const reading = f.cas.batchReadBlobs({ instanceName, digests: mixed });
    f.expect(await outcomeInBatch(reading, 1)).toBe("InvalidArgument");
    const requests = mixed.map((digest) => ({ digest, data: blob.data }));
    const writing = f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(await outcomeInBatch(writing, 1)).toBe("InvalidArgument");
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
    const pairs = await alikeFunctions(f);
    if (pairs.length === 0) f.skip("no two functions that the server offers have alike hashes");
    for (const [one, other] of pairs) {
      const actionDigest = randomBlob(100, one.value).digest;
      const named = { instanceName, actionDigest, digestFunction: one.value };
      await actions.updateActionResult({ ...named, actionResult: { exitCode: 7 } });
      const asOther = actions.getActionResult({ ...named, digestFunction: other.value });
      f.expect(await outcome(asOther), `${one.token} as ${other.token}`).toBe("NotFound");
      f.expect((await actions.getActionResult(named)).exitCode).toBe(7);
    }
  }),

  check("3.9", "answers speak the function of their request", async (f) => {
    const { instanceName } = f;
    for (const { value: digestFunction, token } of await everyFunction(f)) {
      const [present, absent] = [randomBlob(100, digestFunction), randomBlob(100, digestFunction)];
      await upload(f, instanceName, present);
      const digests = [present.digest, absent.digest];
      const { responses } = await f.cas.batchReadBlobs({ instanceName, digestFunction, digests });
      const echoed = responses.flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
      f.expect(plain(echoed), token).toEqual(digests);
      f.expect(responses.map(entryOutcome), token).toEqual(["OK", "NotFound"]);
    }
  }),
];
