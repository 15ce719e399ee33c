import { emptyBlob, isPresent, largeBlob, plain, randomBlob, resized, upload } from "./blobs.ts";
import { check, clientsOn, type Fixture } from "./check.ts";
import { batchLimit, compressorsBeside, offerOf, oversize } from "./offer.ts";
import { entryFaultyFields, entryOutcome, faultyFields } from "./outcome.ts";
import { read, readName } from "./streams.ts";

/** A batch of several entries that is `excess` bytes larger than what is advertised. */
async function batchOver(f: Fixture, excess: number): Promise<ReturnType<typeof largeBlob>[]> {
  const rest = (await batchLimit(f)) - 2000 + excess;
  return [largeBlob(1000), largeBlob(1000), largeBlob(rest)];
}

export const batchUpdateBlobs = [
  check("7.1", "each entry succeeds or fails alone", async (f) => {
    const { instanceName, expect } = f;
    const [one, other, wrong] = [randomBlob(), randomBlob(), randomBlob()];
    const requests = [one, { digest: wrong.digest, data: other.data }, one, other];
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    const refused = responses.map((response) => entryOutcome(response) !== "OK");
    expect(refused).toEqual([false, true, false, false]);
    const echoed = responses.flatMap(({ digest }) => (digest === undefined ? [] : [digest]));
    expect(plain(echoed)).toEqual([one.digest, wrong.digest, one.digest, other.digest]);

    const allWrong = [{ digest: wrong.digest, data: other.data }];
    const failed = await f.cas.batchUpdateBlobs({ instanceName, requests: allWrong });
    expect(failed.responses.map(entryOutcome)).not.toContain("OK");
  }),

  check("7.2", "a batch may be as large as advertised, and not a byte larger", async (f) => {
    const { instanceName } = f;
    const full = await batchOver(f, 0);
    await upload(f, instanceName, ...full);
    const requests = await batchOver(f, 1);
    const call = f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(await faultyFields(call)).toEqual(["requests"]);
    for (const blob of requests) f.expect(await isPresent(f, instanceName, blob)).toBe(false);
  }),

  check("7.3", "a batch far too large is told so, not cut off by the transport", async (f) => {
    const { instanceName } = f;
    const requests = await batchOver(f, 4_000_000);
    const call = f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(await faultyFields(call)).toEqual(["requests"]);
  }),

  check("7.4", "an entry's status tells what is wrong with it", async (f) => {
    const { instanceName } = f;
    const [blob, other] = [randomBlob(), randomBlob()];
    const requests = [
      { digest: blob.digest, data: other.data },
      { digest: resized(blob), data: blob.data },
      { digest: resized(blob, -1n), data: blob.data },
      blob,
    ];
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    const invalid = "InvalidArgument";
    f.expect(responses.map(entryOutcome)).toEqual([invalid, invalid, invalid, "OK"]);
    f.expect(responses[0]?.status?.message).not.toBe("");
  }),

  check("7.5", "only compressors that are offered may be used", async (f) => {
    const { instanceName } = f;
    const { supportedBatchUpdateCompressors: offered } = await offerOf(f);
    const { digest, data } = randomBlob();
    const others = compressorsBeside(offered);
    const requests = others.map(({ value }) => ({ digest, data, compressor: value }));
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(responses.map(entryOutcome)).toEqual(others.map(() => "InvalidArgument"));
    f.expect(responses.flatMap(entryFaultyFields)).toEqual(
      others.map((_, index) => `requests[${index}].compressor`),
    );
  }),

  check("7.7", "a blob that is there may be sent again, and is not harmed", async (f) => {
    const { instanceName } = f;
    const [blob, other] = [randomBlob(), randomBlob()];
    await upload(f, instanceName, blob);
    await upload(f, instanceName, blob, emptyBlob);
    const requests = [{ digest: blob.digest, data: other.data }];
    await f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(await read(f, readName(instanceName, blob))).toEqual(blob.data);
  }),

  check("7.8", "a malformed digest fails its entry alone", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob();
    const { data } = blob;
    const malformed = { hash: blob.digest.hash.toUpperCase(), sizeBytes: 100n };
    const requests = [{ digest: malformed, data }, blob, { digest: { hash: "" }, data }];
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    const invalid = "InvalidArgument";
    f.expect(responses.map(entryOutcome)).toEqual([invalid, "OK", invalid]);
    f.expect((await f.cas.batchUpdateBlobs({ instanceName })).responses).toEqual([]);
  }),

  check("7.9", "what was stored can be read at once, on every connection", async (f) => {
    using connection = f.target.connect();
    const others = clientsOn(connection);
    const blobs = Array.from({ length: 20 }, () => randomBlob());
    await upload(f, f.instanceName, ...blobs);
    for (const blob of blobs) {
      f.expect(await isPresent(others, f.instanceName, blob)).toBe(true);
      f.expect(await read(others, readName(f.instanceName, blob))).toEqual(blob.data);
    }
  }),

  check("7.10", "an entry above the largest blob size is refused", async (f) => {
    const { instanceName } = f;
    const { digest, data } = randomBlob();
    const requests = [{ digest: { ...digest, sizeBytes: await oversize(f) }, data }];
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(responses.map(entryOutcome)).toEqual(["InvalidArgument"]);
  }),
];
