import { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { sameBytes } from "../support/bytes.ts";
import { load, store } from "./actions.ts";
import { BLAKE3, blobOf, isPresent, SHA256 } from "./blobs.ts";
import { check } from "./check.ts";
import { spliced } from "./chunked-blobs.ts";
import { offered, offerOf } from "./offer.ts";
import { entryOutcome } from "./outcome.ts";
import { below, compressedReadName, read, readName, writeBlob } from "./streams.ts";
import { unzstd } from "./zstd.node.ts";

const MIB = 1024 * 1024;

/** Reads of blobs that were spliced, in every way that there is. */
export const splicedReads = [
  check("10.9", "a spliced blob is as good as one that was uploaded", async (f) => {
    for (const digestFunction of await offered(f, SHA256, BLAKE3)) {
      const { blob } = await spliced(f, undefined, digestFunction);
      const name = readName(f.instanceName, blob);
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(true);
      f.expect(blobOf(new Uint8Array(await read(f, name)), digestFunction).digest).toEqual(
        blob.digest,
      );
      const rest = await read(f, name, { readOffset: BigInt(MIB - 5) });
      f.expect(sameBytes(rest, blob.data.subarray(MIB - 5))).toBe(true);
      const { supportedCompressors } = await offerOf(f);
      if (supportedCompressors.includes(Compressor_Value.ZSTD)) {
        const encoded = await read(f, compressedReadName(f.instanceName, blob));
        f.expect(sameBytes(unzstd(encoded), blob.data)).toBe(true);
      }
      const { responses } = await f.cas.batchReadBlobs({
        instanceName: f.instanceName,
        digests: [blob.digest],
        digestFunction,
      });
      f.expect(responses.map(entryOutcome)).toEqual(["OK"]);
      f.expect(responses[0]?.data).toEqual(blob.data);
      f.expect(await writeBlob(f, f.instanceName, blob)).toBe(blob.digest.sizeBytes);
    }
    const { blob } = await spliced(f);
    const action = await store(f, { outputFiles: [{ path: "a", digest: blob.digest }] });
    f.expect((await load(f, action)).outputFiles).toHaveLength(1);
    const { httpUrl, headers } = f.target;
    if (httpUrl === undefined) return;
    const path = below(f.instanceName, `cas/${blob.digest.hash}`);
    const response = await fetch(`${httpUrl}/${path}`, { headers });
    if (response.status === 200) {
      f.expect(new Uint8Array(await response.arrayBuffer())).toEqual(blob.data);
    }
  }),
];
