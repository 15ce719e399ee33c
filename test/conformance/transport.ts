import { clientsOn, check } from "./check.ts";
import { largeBlob, randomBlob, upload, isPresent } from "./blobs.ts";
import { batchLimit } from "./offer.ts";
import { faultyFields, outcome } from "./outcome.ts";
import { below } from "./streams.ts";
import { encodeBinaryHeader } from "@connectrpc/connect";
import { RequestMetadataSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { create, toBinary } from "@bufbuild/protobuf";

const MIB = 1024 * 1024;
const METADATA = "build.bazel.remote.execution.v2.requestmetadata-bin";

/** What every protocol's transport has to carry. */
export const transport = [
  check("22.1", "a request above the batch limit reaches the server's own check", async (f) => {
    const max = await batchLimit(f);
    const { instanceName } = f;
    const requests = [largeBlob(Math.ceil(max * 1.1))];
    const call = f.cas.batchUpdateBlobs({ instanceName, requests });
    f.expect(await faultyFields(call)).toEqual(["requests"]);
  }),

  check("22.2", "no answer is larger than gRPC clients take by default", async (f) => {
    const max = await batchLimit(f);
    using connection = f.target.connect({ readMaxBytes: 4 * MIB });
    const { cas } = clientsOn(connection);
    const blob = largeBlob(max);
    await upload(f, f.instanceName, blob);
    const { instanceName } = f;
    const { responses } = await cas.batchReadBlobs({ instanceName, digests: [blob.digest] });
    f.expect(responses[0]?.data.byteLength).toBe(max);
  }),

  check("22.7", "request messages may be compressed by gzip", async (f) => {
    using connection = f.target.connect({ gzip: true });
    const blob = largeBlob(100_000);
    await upload(clientsOn(connection), f.instanceName, blob);
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(true);
  }),

  check("22.8", "headers may be large, and binary ones joined or without padding", async (f) => {
    const metadata = create(RequestMetadataSchema, { actionId: "a", targetId: "x".repeat(9000) });
    const encoded = encodeBinaryHeader(toBinary(RequestMetadataSchema, metadata));
    const padded = `${encoded}${"=".repeat((4 - (encoded.length % 4)) % 4)}`;
    for (const value of [encoded, padded, `${encoded},${encoded}`, "!!! not base64 !!!"]) {
      const headers = { [METADATA]: value, "x-filler": "y".repeat(4000) };
      const call = f.capabilities.getCapabilities({}, { headers });
      f.expect(await outcome(call)).toBe("OK");
    }
    f.expect(encoded.length).toBeGreaterThan(12_000);
  }),

  check("22.9", "one port speaks HTTP/1.1 beside the RPCs", async (f) => {
    const blob = randomBlob();
    await upload(f, f.instanceName, blob);
    const { baseUrl, httpUrl, headers } = f.target;
    if (httpUrl !== baseUrl) f.skip("its HTTP cache is somewhere else, or nowhere");
    const path = below(f.instanceName, `cas/${blob.digest.hash}`);
    const response = await fetch(`${baseUrl}/${path}`, { headers });
    f.expect(new Uint8Array(await response.arrayBuffer())).toEqual(blob.data);
  }),
];
