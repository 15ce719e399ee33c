import type { ClientHttp2Session } from "node:http2";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ActionCache,
  BatchReadBlobsRequestSchema,
  BatchUpdateBlobsRequestSchema,
  ContentAddressableStorage,
  FindMissingBlobsRequestSchema,
  GetActionResultRequestSchema,
  UpdateActionResultRequestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";

const findMissing = pathOf(ContentAddressableStorage.method.findMissingBlobs);
const batchRead = pathOf(ContentAddressableStorage.method.batchReadBlobs);
const batchUpdate = pathOf(ContentAddressableStorage.method.batchUpdateBlobs);
const getResult = pathOf(ActionCache.method.getActionResult);
const read = pathOf(ByteStream.method.read);
const write = pathOf(ByteStream.method.write);

const stored = await blobOf(5000, 1);
const large = await blobOf(700_000, 2);
const absent = await blobOf(300, 3);

function digest({ digest: { hash, sizeBytes } }: TestBlob): { hash: string; sizeBytes: bigint } {
  return { hash, sizeBytes: BigInt(sizeBytes) };
}

function readName({ digest: { hash, sizeBytes } }: TestBlob): string {
  return `blobs/${hash}/${sizeBytes}`;
}

const broken = { hash: "ünsound", sizeBytes: -1n };

interface Sample {
  readonly path: string;
  /** The body, with its envelopes. */
  readonly body: Buffer;
  readonly headers?: Record<string, string>;
}

function sample(path: string, message: Uint8Array, headers?: Record<string, string>): Sample {
  return { path, body: envelope(message), ...(headers && { headers }) };
}

function digestsSample(...blobDigests: { hash: string; sizeBytes: bigint }[]): Sample {
  return sample(findMissing, encode(FindMissingBlobsRequestSchema, { blobDigests }));
}

function writeSample(blob: TestBlob, finishWrite: boolean, writeOffset = 0n): Sample {
  const resourceName = `uploads/x/${readName(blob)}`;
  const message = { resourceName, data: blob.bytes, finishWrite, writeOffset };
  return sample(write, encode(WriteRequestSchema, message));
}

function resultSample(
  action: TestBlob,
  more: {
    readonly inlineStdout?: boolean;
    readonly inlineStderr?: boolean;
    readonly inlineOutputFiles?: string[];
    readonly instanceName?: string;
  } = {},
): Sample {
  const request = { actionDigest: digest(action), ...more };
  return sample(getResult, encode(GetActionResultRequestSchema, request));
}

const whole = encode(FindMissingBlobsRequestSchema, { blobDigests: [digest(absent)] });

const samples: Record<string, Sample> = {
  "FindMissingBlobs of none": digestsSample(),
  "FindMissingBlobs of some": digestsSample(digest(stored), digest(absent), digest(large)),
  "FindMissingBlobs with a broken digest": digestsSample(digest(stored), broken),
  "FindMissingBlobs of a bad instance": sample(
    findMissing,
    encode(FindMissingBlobsRequestSchema, { instanceName: "a//b" }),
  ),
  "a message that is no protobuf": sample(findMissing, Buffer.from([0x0a, 0xff])),
  "a message too large": { path: findMissing, body: Buffer.from([0, 0x7f, 0, 0, 0, 1]) },
  "a message that is cut off": { path: findMissing, body: envelope(whole).subarray(0, -3) },
  "a prefix that is cut off": { path: findMissing, body: envelope(whole).subarray(0, 3) },
  "no message": { path: findMissing, body: Buffer.alloc(0) },
  "two messages": { path: findMissing, body: Buffer.concat([envelope(whole), envelope(whole)]) },
  "a message in trailing bytes": {
    path: read,
    body: Buffer.concat([envelope(whole), envelope(whole)]),
  },
  "a deadline that has passed": sample(findMissing, whole, { "grpc-timeout": "0n" }),
  "a deadline that is none": sample(findMissing, whole, { "grpc-timeout": "soon" }),
  "BatchReadBlobs of some": sample(
    batchRead,
    encode(BatchReadBlobsRequestSchema, { digests: [stored, absent, large].map(digest) }),
  ),
  "BatchReadBlobs with zstd": sample(
    batchRead,
    encode(BatchReadBlobsRequestSchema, {
      digests: [stored, absent].map(digest),
      acceptableCompressors: [1],
    }),
  ),
  "BatchUpdateBlobs of some": sample(
    batchUpdate,
    encode(BatchUpdateBlobsRequestSchema, {
      requests: [
        { digest: digest(stored), data: stored.bytes },
        { digest: digest(absent), data: stored.bytes },
        { digest: broken },
        {},
      ],
    }),
  ),
  GetActionResult: resultSample(stored),
  "GetActionResult with wishes": resultSample(stored, { inlineStdout: true }),
  "GetActionResult with all wishes": resultSample(stored, {
    inlineStdout: true,
    inlineStderr: true,
    inlineOutputFiles: ["small", "out", "gone", "unknown"],
  }),
  "GetActionResult of none": resultSample(absent),
  "GetActionResult of a bad instance": resultSample(stored, { instanceName: "/" }),
  Read: sample(read, encode(ReadRequestSchema, { resourceName: readName(large) })),
  "Read of a part": sample(
    read,
    encode(ReadRequestSchema, {
      resourceName: readName(large),
      readOffset: 300_000n,
      readLimit: 10n,
    }),
  ),
  "Read of what is absent": sample(
    read,
    encode(ReadRequestSchema, { resourceName: readName(absent) }),
  ),
  "Read from beyond the end": sample(
    read,
    encode(ReadRequestSchema, { resourceName: readName(stored), readOffset: 5001n }),
  ),
  "Read with another name in the header": sample(
    read,
    encode(ReadRequestSchema, { resourceName: readName(stored) }),
    { "build.bazel.remote.execution.v2.resource-name": "blobs/other" },
  ),
  "Write of what is there": writeSample(stored, true),
  "Write of other bytes": writeSample({ ...absent, bytes: stored.bytes }, true),
  "Write at a bad offset": writeSample(absent, true, -1n),
  "Write without an end": writeSample(absent, false),
  "Write without a message": { path: write, body: Buffer.alloc(0) },
};

interface Answer {
  /** Headers and trailers: an answer without a message may have both in one. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

let server: Hayloft;
let session: ClientHttp2Session;

beforeAll(async () => {
  server = await startHayloft();
  session = open(server.url);
  const requests = [stored, large].map((blob) => ({ digest: digest(blob), data: blob.bytes }));
  await answerTo(sample(batchUpdate, encode(BatchUpdateBlobsRequestSchema, { requests })));
  const actionResult = {
    exitCode: 3,
    stdoutDigest: digest(stored),
    stderrDigest: digest(stored),
    outputFiles: [
      { path: "out", digest: digest(large), contents: new Uint8Array(0) },
      { path: "small", digest: digest(stored), nodeProperties: { unixMode: 0o755 } },
    ],
  };
  const update = { actionDigest: digest(stored), actionResult };
  await answerTo(
    sample(
      pathOf(ActionCache.method.updateActionResult),
      encode(UpdateActionResultRequestSchema, update),
    ),
  );
});

afterAll(async () => {
  session.close();
  await server[Symbol.asyncDispose]();
});

async function answerTo({ path, body, headers = {} }: Sample): Promise<Answer> {
  const stream = openCall(session, path, headers);
  const fields: Record<string, unknown> = {};
  // How they were compressed, which Node adds as a symbol, is no part of the answer.
  const note = (found: object): void => {
    for (const [name, value] of Object.entries(found)) if (name !== "date") fields[name] = value;
  };
  stream.on("response", note).on("trailers", note);
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.end(body);
  await new Promise<void>((resolve) => stream.once("end", resolve).once("close", resolve));
  return { fields, body: Buffer.concat(chunks) };
}

test.each(Object.entries(samples))("%s is answered as by Connect", async (_, asked) => {
  const lane = await answerTo(asked);
  // The lane takes no path with a query, which Connect passes over.
  const connect = await answerTo({ ...asked, path: `${asked.path}?` });
  expect(lane).toEqual(connect);
});
