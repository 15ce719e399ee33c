import { zstdFrame } from "../support/raw-zstd.ts";
import {
  Compressor_Value,
  DigestFunction_Value,
  SymlinkAbsolutePathStrategy_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { largeBlob, randomBlob, upload } from "./blobs.ts";
import { check, clientsOn } from "./check.ts";
import { everyFunction, offerOf } from "./offer.ts";
import { entryOutcome, outcome } from "./outcome.ts";
import { compressedReadName, read, writeBlob } from "./streams.ts";

const KIB = 1024n;
const MIB = 1024n * KIB;

/** All that there are, but for identity. */
const compressors = Object.values(Compressor_Value).filter((value) => value !== 0);

export const capabilities = [
  check("5.1", "the first call on a connection may ask for capabilities", async (f) => {
    using connection = f.target.connect();
    const { capabilities: client } = clientsOn(connection);
    f.expect(await outcome(client.getCapabilities({ instanceName: f.instanceName }))).toBe("OK");
  }),

  check("5.2", "a cache says nothing of execution", async (f) => {
    const { executionCapabilities, cacheCapabilities } = await f.capabilities.getCapabilities({});
    f.expect(cacheCapabilities).toBeDefined();
    f.expect(executionCapabilities).toBeUndefined();
  }),

  check("5.3", "every digest function offered is one that uploads are verified with", async (f) => {
    const { digestFunctions } = await offerOf(f);
    f.expect(digestFunctions.length).toBeGreaterThan(0);
    f.expect(digestFunctions).not.toContain(DigestFunction_Value.UNKNOWN);
    f.expect(new Set(digestFunctions).size).toBe(digestFunctions.length);
    f.expect(await everyFunction(f)).toHaveLength(digestFunctions.length);
    for (const { value } of await everyFunction(f)) {
      await upload(f, f.instanceName, randomBlob(100, value));
    }
  }),

  check("5.4", "whether this caller may write action results is told, and true", async (f) => {
    const { actionCacheUpdateCapabilities } = await offerOf(f);
    const update = f.actions.updateActionResult({
      instanceName: f.instanceName,
      actionDigest: randomBlob().digest,
      actionResult: {},
    });
    const expected = actionCacheUpdateCapabilities?.updateEnabled === true;
    f.expect(actionCacheUpdateCapabilities).toBeDefined();
    f.expect(await outcome(update)).toBe(expected ? "OK" : "PermissionDenied");
  }),

  check("5.5", "priorities, if offered, are ranges", async (f) => {
    const { cachePriorityCapabilities } = await offerOf(f);
    for (const { minPriority, maxPriority } of cachePriorityCapabilities?.priorities ?? []) {
      f.expect(minPriority).toBeLessThanOrEqual(maxPriority);
    }
  }),

  check("5.6", "the batch limit is told, and a batch of that size is taken", async (f) => {
    const { maxBatchTotalSizeBytes } = await offerOf(f);
    // Without a limit there still is the transport's, which nobody tells.
    const sizeBytes = maxBatchTotalSizeBytes === 0n ? 3n * MIB : maxBatchTotalSizeBytes;
    await upload(f, f.instanceName, largeBlob(Number(sizeBytes)));
  }),

  check("5.7", "absolute symlinks are allowed", async (f) => {
    const { symlinkAbsolutePathStrategy } = await offerOf(f);
    f.expect(symlinkAbsolutePathStrategy).toBe(SymlinkAbsolutePathStrategy_Value.ALLOWED);
  }),

  check("5.8", "blobs are read in every compressor offered, and identity is not one", async (f) => {
    const { supportedCompressors } = await offerOf(f);
    f.expect(new Set(supportedCompressors).size).toBe(supportedCompressors.length);
    f.expect(compressors).toEqual(f.expect.arrayContaining(supportedCompressors));
    if (!supportedCompressors.includes(Compressor_Value.ZSTD)) return;
    const blob = randomBlob();
    await writeBlob(f, f.instanceName, blob);
    const call = read(f, compressedReadName(f.instanceName, blob));
    f.expect(await outcome(call)).toBe("OK");
  }),

  check("5.9", "batches are taken in every compressor offered for them", async (f) => {
    const { supportedBatchUpdateCompressors: offers } = await offerOf(f);
    f.expect(compressors).toEqual(f.expect.arrayContaining(offers));
    const { digest, data } = randomBlob();
    const { IDENTITY, ZSTD } = Compressor_Value;
    const requests = [
      { digest, data, compressor: IDENTITY },
      ...(offers.includes(ZSTD) ? [{ digest, data: zstdFrame(data), compressor: ZSTD }] : []),
    ];
    const { instanceName } = f;
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(responses.map(entryOutcome)).toEqual(requests.map(() => "OK"));
  }),

  check("5.10", "the largest blob, if there is one, is larger than a batch", async (f) => {
    const { maxCasBlobSizeBytes, maxBatchTotalSizeBytes } = await offerOf(f);
    if (maxCasBlobSizeBytes !== 0n) {
      f.expect(maxCasBlobSizeBytes).toBeGreaterThanOrEqual(maxBatchTotalSizeBytes);
    }
    const sizeBytes = f.partly ? 4_000_000 : 5_000_000;
    f.expect(await writeBlob(f, f.instanceName, largeBlob(sizeBytes))).toBe(BigInt(sizeBytes));
  }),

  check("5.11", "split and splice are unimplemented unless offered", async (f) => {
    const { splitBlobSupport, spliceBlobSupport } = await offerOf(f);
    const { instanceName } = f;
    const blobDigest = randomBlob().digest;
    const split = await outcome(f.cas.splitBlob({ instanceName, blobDigest }));
    f.expect(split === "Unimplemented").toBe(!splitBlobSupport);
    const splice = await outcome(f.cas.spliceBlob({ instanceName, blobDigest }));
    f.expect(splice === "Unimplemented").toBe(!spliceBlobSupport);
  }),

  check("5.12", "parameters of chunking, if offered, are in range", async (f) => {
    const { fastCdc2020Params: fast, repMaxCdcParams: rep } = await offerOf(f);
    if (fast !== undefined) {
      f.expect(fast.avgChunkSizeBytes).toBeGreaterThanOrEqual(KIB);
      f.expect(fast.avgChunkSizeBytes).toBeLessThanOrEqual(MIB);
    }
    if (rep !== undefined) f.expect(rep.minChunkSizeBytes).toBeGreaterThanOrEqual(64n);
  }),

  check("5.13", "the API versions are a range of 2.x, in numbers", async (f) => {
    const { lowApiVersion: low, highApiVersion: high } = await f.capabilities.getCapabilities({});
    f.expect(low).toMatchObject({ major: 2, minor: 0, patch: 0, prerelease: "" });
    f.expect(high).toMatchObject({ major: 2, prerelease: "" });
    f.expect(high?.minor).toBeGreaterThanOrEqual(low?.minor ?? 0);
  }),

  check("5.14", "capabilities come quickly", async (f) => {
    const calls = Array.from({ length: 50 }, async () => {
      return await outcome(f.capabilities.getCapabilities({}, { timeoutMs: 5000 }));
    });
    f.expect(new Set(await Promise.all(calls))).toEqual(new Set(["OK"]));
  }),
];
