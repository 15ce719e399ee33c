import { create, type DescMethodUnary, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createClient, decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";
import {
  ActionResultSchema,
  Capabilities,
  type ChunkingFunction_Value,
  type Compressor_Value,
  type DigestFunction_Value,
  type GetCapabilitiesRequestSchema,
  RequestMetadataSchema,
  type ServerCapabilitiesSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  BadRequestSchema,
  RetryInfoSchema,
} from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../shared/proto/gen/google/rpc/status_pb.ts";
import { emptyBlob, isPresent, largeBlob, randomBlob, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { instance } from "./instance.ts";
import { batchLimit } from "./offer.ts";
import {
  entryFaultyFields,
  entryOutcome,
  failure,
  faultyFields,
  outcome,
  streamOutcome,
} from "./outcome.ts";
import { OpenWrite, read, readName, uploadOf, write, writeBlob, writeName } from "./streams.ts";

const METADATA = "build.bazel.remote.execution.v2.requestmetadata-bin";
const RESOURCE_NAME = "build.bazel.remote.execution.v2.resource-name";

/** A number that no enum of the REAPI has. */
const UNKNOWN_NUMBER = 99;

/** How every RPC that takes an instance name answers one. */
async function outcomesIn(fixture: Fixture, instanceName: string): Promise<ReadonlySet<string>> {
  const { capabilities, cas, actions, byteStream } = fixture;
  const blob = randomBlob();
  const { digest } = blob;
  const action = { instanceName, actionDigest: digest };
  const resourceName = writeName(instanceName, blob);
  const calls = [
    () => outcome(capabilities.getCapabilities({ instanceName })),
    () => outcome(cas.findMissingBlobs({ instanceName, blobDigests: [digest] })),
    () => outcome(cas.batchUpdateBlobs({ instanceName, requests: [blob] })),
    () => outcome(cas.batchReadBlobs({ instanceName, digests: [digest] })),
    () => streamOutcome(cas.getTree({ instanceName, rootDigest: emptyBlob.digest })),
    () => outcome(actions.updateActionResult({ ...action, actionResult: {} })),
    () => outcome(actions.getActionResult(action)),
    () => outcome(writeBlob(fixture, instanceName, blob)),
    () => outcome(read(fixture, readName(instanceName, blob))),
    () => outcome(byteStream.queryWriteStatus({ resourceName })),
  ];
  const outcomes = new Set<string>();
  for (const call of calls) outcomes.add(await call());
  // What a server does not have, it has in no instance.
  outcomes.delete("Unimplemented");
  return outcomes;
}

/** A method that no server has, to be called like any other. */
function unknownMethod(
  service: string,
  name: string,
): DescMethodUnary<typeof GetCapabilitiesRequestSchema, typeof ServerCapabilitiesSchema> {
  const known = Capabilities.method.getCapabilities;
  return { ...known, name, parent: { ...known.parent, typeName: service } };
}

export const general = [
  check("1.1", "a name addresses one instance in messages and in resource names", async (f) => {
    for (const name of ["", f.instanceName, `${f.instanceName}/with/segments`]) {
      const instanceName = instance(f, name);
      const [batched, streamed] = [randomBlob(), randomBlob()];
      await upload(f, instanceName, batched);
      f.expect(await read(f, readName(instanceName, batched))).toEqual(batched.data);
      await writeBlob(f, instanceName, streamed);
      f.expect(await isPresent(f, instanceName, streamed)).toBe(true);
    }
  }),

  check("1.2", "reserved words are no segments of an instance name", async (f) => {
    const reserved = "blobs uploads actions actionResults operations capabilities compressed-blobs";
    for (const word of reserved.split(" ")) {
      for (const name of [word, `${f.instanceName}/${word}`, `${word}/${f.instanceName}`]) {
        f.expect([...(await outcomesIn(f, name))], name).toEqual(["InvalidArgument"]);
      }
    }
    for (const legal of ["myblobs", "Blobs", "uploads2", "ActionResults"]) {
      const name = instance(f, `${f.instanceName}/${legal}`);
      f.expect([...(await outcomesIn(f, name))], name).toEqual(["OK"]);
    }
  }),

  check("1.3", "slashes only separate segments, whose bytes are taken as they are", async (f) => {
    const name = f.instanceName;
    for (const malformed of [`/${name}`, `${name}/`, `${name}//x`, "/"]) {
      f.expect([...(await outcomesIn(f, malformed))], malformed).toEqual(["InvalidArgument"]);
    }
    for (const legal of ["with space", "a%20b", "%", "a:b", "Größe", "缓存", "."]) {
      f.expect([...(await outcomesIn(f, instance(f, `${name}/${legal}`)))], legal).toEqual(["OK"]);
    }
    const blob = randomBlob();
    await upload(f, `${name}/a b`, blob);
    f.expect(await isPresent(f, `${name}/a%20b`, blob)).toBe(false);
  }),

  check("1.5", "instances do not see each other's blobs and results", async (f) => {
    const [blob, action] = [randomBlob(), randomBlob()];
    const { digest: actionDigest } = action;
    const own = instance(f, `${f.instanceName}/own`);
    await upload(f, own, blob);
    await f.actions.updateActionResult({ instanceName: own, actionDigest, actionResult: {} });
    // One beneath another may inherit from it; those beside it and above it see nothing.
    for (const other of [`${f.instanceName}/other`, `${own}s`, f.instanceName]) {
      instance(f, other);
      f.expect(await isPresent(f, other, blob)).toBe(false);
      f.expect(await outcome(read(f, readName(other, blob)))).toBe("NotFound");
      const result = f.actions.getActionResult({ instanceName: other, actionDigest });
      f.expect(await outcome(result)).toBe("NotFound");
      const unfinished = [{ resourceName: writeName(other, blob) }];
      f.expect(await write(f, unfinished), "no early answer from another instance").toBe(0n);
    }
  }),

  check("1.6", "an entry that did not fit says when to ask again", async (f) => {
    const { instanceName } = f;
    const full = largeBlob(await batchLimit(f));
    await upload(f, instanceName, full);
    // With these, a full batch is more than the 4 MiB that clients take.
    const entries = Array.from({ length: 2000 }, () => emptyBlob.digest);
    const digests = [full.digest, ...entries];
    const { responses } = await f.cas.batchReadBlobs({ instanceName, digests });
    const putOff = responses.filter((entry) => entryOutcome(entry) === "ResourceExhausted");
    f.expect(putOff.length).toBeGreaterThan(0);
    const retryInfo = `type.googleapis.com/${RetryInfoSchema.typeName}`;
    for (const { status } of putOff) {
      f.expect(status?.details.map(({ typeUrl }) => typeUrl)).toContain(retryInfo);
    }
  }),

  check("1.7", "request metadata never fails a call", async (f) => {
    const metadata = create(RequestMetadataSchema, {
      toolDetails: { toolName: "conformance", toolVersion: "1" },
      actionId: "a",
    });
    const unknownField = Uint8Array.of(...toBinary(RequestMetadataSchema, metadata), 0xf8, 7, 1);
    const values = [
      encodeBinaryHeader(metadata, RequestMetadataSchema),
      encodeBinaryHeader(unknownField),
      encodeBinaryHeader(Uint8Array.of(0xff, 0xff)),
      "",
    ];
    for (const value of values) {
      const headers = { [METADATA]: value };
      const { instanceName } = f;
      const blobDigests = [randomBlob().digest];
      const call = f.cas.findMissingBlobs({ instanceName, blobDigests }, { headers });
      f.expect(await outcome(call), value).toBe("OK");
    }
  }),

  check("1.8", "a resource-name header may only repeat the resource name", async (f) => {
    const blob = randomBlob();
    await upload(f, f.instanceName, blob);
    const resourceName = readName(f.instanceName, blob);
    const uploadName = writeName(f.instanceName, blob);
    const withHeader = async (header: string, uploadHeader: string): Promise<Set<string>> => {
      const headers = { [RESOURCE_NAME]: header };
      const uploadHeaders = { [RESOURCE_NAME]: uploadHeader };
      const open = new OpenWrite(f, uploadHeaders);
      open.send(...uploadOf(uploadName, blob));
      open.end();
      const query = { resourceName: uploadName };
      const outcomes = await Promise.all([
        streamOutcome(f.byteStream.read({ resourceName }, { headers })),
        outcome(open.committedSize),
        outcome(f.byteStream.queryWriteStatus(query, { headers: uploadHeaders })),
      ]);
      return new Set(outcomes.filter((one) => one !== "Unimplemented"));
    };
    f.expect(await withHeader(resourceName, uploadName)).toEqual(new Set(["OK"]));
    const contradicted = await withHeader("blobs/x/1", "uploads/x");
    f.expect(contradicted).toEqual(new Set(["InvalidArgument"]));
  }),

  check("1.9", "what does not exist is unimplemented", async (f) => {
    using connection = f.target.connect();
    const reapi = "build.bazel.remote.execution.v2";
    for (const [service, method] of [
      [`${reapi}.Execution`, "Execute"],
      [`${reapi}.Execution`, "WaitExecution"],
      [`${reapi}.ActionCache`, "Nonsense"],
      ["google.devtools.build.v1.PublishBuildEvent", "PublishLifecycleEvent"],
    ] as const) {
      const descriptor = unknownMethod(service, method);
      const call = connection.transport.unary(descriptor, undefined, undefined, {}, {});
      f.expect(await outcome(call), `${service}/${method}`).toBe("Unimplemented");
    }
    // The connection has survived.
    await createClient(Capabilities, connection.transport).getCapabilities({});
  }),

  check("1.10", "a digest that is required and not there is named", async (f) => {
    const { instanceName } = f;
    const actionResult = create(ActionResultSchema);
    const get = faultyFields(f.actions.getActionResult({ instanceName }));
    f.expect(await get).toEqual(["action_digest"]);
    const update = f.actions.updateActionResult({ instanceName, actionResult });
    f.expect(await faultyFields(update)).toEqual(["action_digest"]);
    const treeless = await streamOutcome(f.cas.getTree({ instanceName }));
    f.expect(["InvalidArgument", "Unimplemented"]).toContain(treeless);
    const { responses } = await f.cas.batchUpdateBlobs({ instanceName, requests: [{}] });
    f.expect(responses.map(entryOutcome)).toEqual(["InvalidArgument"]);
    f.expect(responses.flatMap(entryFaultyFields)).toEqual(["requests[0].digest"]);
    const splice = f.cas.spliceBlob({ instanceName });
    if ((await outcome(splice)) === "Unimplemented") return;
    f.expect(await faultyFields(splice)).toEqual(["blob_digest"]);
  }),

  check("1.11", "unknown enum numbers are invalid arguments", async (f) => {
    const { instanceName } = f;
    const digestFunction = UNKNOWN_NUMBER as DigestFunction_Value;
    const { digest, data } = randomBlob();
    const named = { instanceName, digestFunction };
    const cut = { instanceName, chunkingFunction: UNKNOWN_NUMBER as ChunkingFunction_Value };
    const outcomes = await Promise.all([
      outcome(f.cas.findMissingBlobs({ ...named, blobDigests: [digest] })),
      outcome(f.cas.batchReadBlobs({ ...named, digests: [digest] })),
      streamOutcome(f.cas.getTree({ ...named, rootDigest: digest })),
      outcome(f.actions.getActionResult({ ...named, actionDigest: digest })),
      outcome(f.actions.updateActionResult({ ...named, actionDigest: digest, actionResult: {} })),
      outcome(f.cas.batchUpdateBlobs({ ...named, requests: [{ digest, data }] })),
      outcome(f.cas.splitBlob({ ...cut, blobDigest: digest })),
      outcome(f.cas.spliceBlob({ ...cut, blobDigest: digest, chunkDigests: [digest] })),
    ]);
    const found = outcomes.filter((one) => one !== "Unimplemented");
    f.expect(new Set(found)).toEqual(new Set(["InvalidArgument"]));
    const compressor = UNKNOWN_NUMBER as Compressor_Value;
    const { responses } = await f.cas.batchUpdateBlobs({
      instanceName,
      requests: [{ digest, data, compressor }],
    });
    f.expect(responses.map(entryOutcome)).toEqual(["InvalidArgument"]);
  }),

  check(
    "1.12",
    "the server itself ends a call at its deadline, and keeps nothing of it",
    async (f) => {
      const blob = randomBlob();
      const [header, value] =
        f.target.protocol === "connect" ? ["connect-timeout-ms", "200"] : ["grpc-timeout", "200m"];
      // Set by hand, the client does not know of it.
      const open = new OpenWrite(f, { [header]: value });
      open.send({ resourceName: writeName(f.instanceName, blob), data: blob.data });
      f.expect(await outcome(open.committedSize)).toBe("DeadlineExceeded");
      open.end();
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    },
  ),

  check("1.14", "the details of an error repeat its code and message", async (f) => {
    const error = await failure(f.actions.getActionResult({ instanceName: f.instanceName }));
    f.expect(error?.findDetails(BadRequestSchema)).toHaveLength(1);
    const encoded = error?.metadata.get("grpc-status-details-bin") ?? null;
    f.expect(encoded !== null).toBe(f.target.protocol !== "connect");
    if (encoded === null) return;
    const status = fromBinary(StatusSchema, decodeBinaryHeader(encoded));
    f.expect(status.code).toBe(error?.code);
    f.expect(status.message).toBe(error?.rawMessage);
    f.expect(error?.metadata.get("grpc-status")).toBe(String(status.code));
  }),
];
