// Proves that the hand-written .proto files describe the wire of REAPI v2 and OTLP, by encodings made with
// another implementation (protobuf-python, from the upstream descriptors), field numbers and names.

import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, DescService, Message, MessageInitShape } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, it } from "vitest";
import * as asset from "../../shared/proto/gen/build/bazel/remote/asset/v1/remote_asset_pb.ts";
import * as re from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import * as bs from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import * as details from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../shared/proto/gen/google/rpc/status_pb.ts";
import { Health } from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import * as reflection from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import * as otlp from "../../shared/proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts";
import {
  Span_SpanKind,
  type SpanSchema,
  Status_StatusCode,
} from "../../shared/proto/gen/opentelemetry/proto/trace/v1/trace_pb.ts";
import * as reflectionAlpha from "../../shared/proto/gen/grpc/reflection/v1alpha/reflection_pb.ts";

const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HELLO_HASH = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const HELLO = { hash: HELLO_HASH, sizeBytes: 6n };
const DIRECTORY_HASH = "a6be3d49c95f40b70af340c6e84c2f54759fc6a26e382ee951de2fe5d518e715";
const TREE_HASH = "79c98e9cf2c10b6a91227ac8b9889118c9e0c0d3abfd13e6a7ddfa8be5c03b63";

const DIRECTORY: MessageInitShape<typeof re.DirectorySchema> = {
  files: [{ name: "a", digest: HELLO, isExecutable: true }],
  symlinks: [{ name: "l", target: "a" }],
};

const TREE: MessageInitShape<typeof re.TreeSchema> = {
  root: { directories: [{ name: "d", digest: { hash: DIRECTORY_HASH, sizeBytes: 85n } }] },
  children: [DIRECTORY],
};

const CAPABILITIES: MessageInitShape<typeof re.ServerCapabilitiesSchema> = {
  cacheCapabilities: {
    digestFunctions: [re.DigestFunction_Value.SHA256, re.DigestFunction_Value.BLAKE3],
    actionCacheUpdateCapabilities: { updateEnabled: true },
    maxBatchTotalSizeBytes: 4_194_304n,
    symlinkAbsolutePathStrategy: re.SymlinkAbsolutePathStrategy_Value.ALLOWED,
    supportedCompressors: [re.Compressor_Value.ZSTD],
    supportedBatchUpdateCompressors: [re.Compressor_Value.ZSTD],
  },
  lowApiVersion: { major: 2 },
  highApiVersion: { major: 2, minor: 11 },
};

const MISSING = create(details.PreconditionFailureSchema, {
  violations: [{ type: "MISSING", subject: `blobs/${HELLO_HASH}/6` }],
});

const UNSUPPORTED = create(details.BadRequestSchema, {
  fieldViolations: [{ field: "qualifiers.name", description: '"foo" not supported' }],
});

const SPAN: MessageInitShape<typeof SpanSchema> = {
  traceId: hexToBytes("0102030405060708090a0b0c0d0e0f10"),
  spanId: hexToBytes("0102030405060708"),
  traceState: "a=b",
  parentSpanId: hexToBytes("090a0b0c0d0e0f10"),
  name: "GET cas",
  kind: Span_SpanKind.SERVER,
  startTimeUnixNano: 1n,
  endTimeUnixNano: 2n,
  attributes: [
    { key: "b", value: { value: { case: "boolValue", value: true } } },
    { key: "i", value: { value: { case: "intValue", value: -1n } } },
    { key: "d", value: { value: { case: "doubleValue", value: 0.5 } } },
  ],
  status: { code: Status_StatusCode.ERROR, message: "m" },
  flags: 0x301,
};

/** Hexadecimal of a text's bytes. */
const ascii = (text: string): string => bytesToHex(utf8ToBytes(text));

type Golden = readonly [name: string, schema: DescMessage, message: Message, hex: string];

function golden<S extends DescMessage>(
  name: string,
  schema: S,
  init: MessageInitShape<S>,
  ...hex: readonly string[]
): Golden {
  return [name, schema, create(schema, init), hex.join("")];
}

const GOLDEN: readonly Golden[] = [
  golden("Digest", re.DigestSchema, HELLO, "0a40", ascii(HELLO_HASH), "1006"),
  golden(
    "Digest of the empty blob",
    re.DigestSchema,
    { hash: EMPTY_HASH },
    "0a40",
    ascii(EMPTY_HASH),
  ),
  golden(
    "Directory",
    re.DirectorySchema,
    DIRECTORY,
    "0a4b0a016112440a40",
    ascii(HELLO_HASH),
    "100620011a060a016c120161",
  ),
  golden(
    "Tree",
    re.TreeSchema,
    TREE,
    "0a4b12490a016412440a40",
    ascii(DIRECTORY_HASH),
    "10551255",
    "0a4b0a016112440a40",
    ascii(HELLO_HASH),
    "100620011a060a016c120161",
  ),
  golden("empty Directory", re.DirectorySchema, {}, ""),
  golden("empty Tree", re.TreeSchema, {}, ""),
  golden("Tree with an empty root", re.TreeSchema, { root: {} }, "0a00"),
  golden("empty ActionResult", re.ActionResultSchema, {}, ""),
  golden(
    "WriteRequest",
    bs.WriteRequestSchema,
    { resourceName: "u", writeOffset: 5n, finishWrite: true, data: utf8ToBytes("x") },
    "0a017510051801520178",
  ),
  golden(
    "WriteResponse of -1",
    bs.WriteResponseSchema,
    { committedSize: -1n },
    "08ffffffffffffffffff01",
  ),
  golden("ReadResponse", bs.ReadResponseSchema, { data: utf8ToBytes("x") }, "520178"),
  golden(
    "ServerCapabilities",
    re.ServerCapabilitiesSchema,
    CAPABILITIES,
    "0a150a02010912020801208080800228023201013a010122020802",
    "2a040802100b",
  ),
  golden(
    "RequestMetadata",
    re.RequestMetadataSchema,
    { toolDetails: { toolName: "bazel", toolVersion: "8.0.0" }, actionId: "a" },
    "0a0e0a0562617a656c1205382e302e30120161",
  ),
  golden(
    "Status with PreconditionFailure",
    StatusSchema,
    { code: 9, message: "missing", details: [anyPack(details.PreconditionFailureSchema, MISSING)] },
    "080912076d697373696e671a8b010a32",
    ascii("type.googleapis.com/google.rpc.PreconditionFailure"),
    "12550a530a074d495353494e471248",
    ascii(`blobs/${HELLO_HASH}/6`),
  ),
  golden(
    "Status with BadRequest",
    StatusSchema,
    { code: 3, message: "x", details: [anyPack(details.BadRequestSchema, UNSUPPORTED)] },
    "08031201781a550a29747970652e676f6f676c65617069732e636f6d2f676f6f676c652e7270632e426164526571",
    "7565737412280a260a0f7175616c6966696572732e6e616d65121322666f6f22206e6f7420737570706f72746564",
  ),
  golden(
    "ExportTraceServiceRequest",
    otlp.ExportTraceServiceRequestSchema,
    {
      resourceSpans: [
        {
          resource: {
            attributes: [
              { key: "service.name", value: { value: { case: "stringValue", value: "hayloft" } } },
            ],
          },
          scopeSpans: [{ scope: { name: "hayloft", version: "1" }, spans: [SPAN] }],
        },
      ],
    },
    "0ab1010a1b0a190a0c736572766963652e6e616d6512090a076861796c6f6674",
    "1291010a0c0a076861796c6f66741201311280010a100102030405060708090a",
    "0b0c0d0e0f10120801020304050607081a03613d622208090a0b0c0d0e0f102a",
    "074745542063617330023901000000000000004102000000000000004a070a01",
    "62120210014a100a0169120b18ffffffffffffffffff014a0e0a016412092100",
    "0000000000e03f7a0512016d1802850101030000",
  ),
  golden(
    "ExportTraceServiceResponse",
    otlp.ExportTraceServiceResponseSchema,
    { partialSuccess: { rejectedSpans: 3n, errorMessage: "no" } },
    "0a06080312026e6f",
  ),
];

const FIELD_NUMBERS: readonly (readonly [DescMessage, string, number])[] = [
  [re.FindMissingBlobsRequestSchema, "digest_function", 3],
  [re.FindMissingBlobsResponseSchema, "missing_blob_digests", 2],
  [re.BatchUpdateBlobsRequestSchema, "digest_function", 5],
  [re.BatchReadBlobsRequestSchema, "digest_function", 4],
  [re.BatchReadBlobsResponse_ResponseSchema, "status", 3],
  [re.BatchReadBlobsResponse_ResponseSchema, "compressor", 4],
  [re.GetActionResultRequestSchema, "digest_function", 6],
  [re.UpdateActionResultRequestSchema, "digest_function", 5],
  [re.GetTreeRequestSchema, "digest_function", 5],
  [re.SplitBlobRequestSchema, "digest_function", 3],
  [re.SpliceBlobRequestSchema, "digest_function", 4],
  [re.ExecutedActionMetadataSchema, "virtual_execution_duration", 12],
  [bs.ReadResponseSchema, "data", 10],
  [bs.WriteRequestSchema, "data", 10],
];

const RESERVED: readonly (readonly [DescMessage, readonly number[]])[] = [
  [re.ActionSchema, [3, 4, 5, 8]],
  [re.DirectorySchema, [4]],
  [re.FileNodeSchema, [3, 5]],
  [re.SymlinkNodeSchema, [3]],
  [re.ActionResultSchema, [1]],
  [re.OutputFileSchema, [3, 6]],
  [re.OutputDirectorySchema, [2]],
  [re.OutputSymlinkSchema, [3]],
];

const SERVICES: readonly (readonly [DescService, string, readonly string[]])[] = [
  [
    re.ActionCache,
    "build.bazel.remote.execution.v2.ActionCache",
    ["GetActionResult unary", "UpdateActionResult unary"],
  ],
  [
    re.ContentAddressableStorage,
    "build.bazel.remote.execution.v2.ContentAddressableStorage",
    [
      "FindMissingBlobs unary",
      "BatchUpdateBlobs unary",
      "BatchReadBlobs unary",
      "GetTree server_streaming",
      "SplitBlob unary",
      "SpliceBlob unary",
    ],
  ],
  [re.Capabilities, "build.bazel.remote.execution.v2.Capabilities", ["GetCapabilities unary"]],
  [asset.Fetch, "build.bazel.remote.asset.v1.Fetch", ["FetchBlob unary", "FetchDirectory unary"]],
  [asset.Push, "build.bazel.remote.asset.v1.Push", ["PushBlob unary", "PushDirectory unary"]],
  [
    bs.ByteStream,
    "google.bytestream.ByteStream",
    ["Read server_streaming", "Write client_streaming", "QueryWriteStatus unary"],
  ],
  [Health, "grpc.health.v1.Health", ["Check unary", "List unary", "Watch server_streaming"]],
  [
    reflection.ServerReflection,
    "grpc.reflection.v1.ServerReflection",
    ["ServerReflectionInfo bidi_streaming"],
  ],
  [
    reflectionAlpha.ServerReflection,
    "grpc.reflection.v1alpha.ServerReflection",
    ["ServerReflectionInfo bidi_streaming"],
  ],
];

describe("golden encodings", () => {
  for (const [name, schema, message, hex] of GOLDEN) {
    it(`encodes and decodes ${name}`, ({ expect }) => {
      expect(bytesToHex(toBinary(schema, message))).toBe(hex);
      expect(equals(schema, fromBinary(schema, hexToBytes(hex)), message)).toBe(true);
    });
  }

  it("gives a Directory and a Tree the digests other clients compute", ({ expect }) => {
    const directory = toBinary(re.DirectorySchema, create(re.DirectorySchema, DIRECTORY));
    const tree = toBinary(re.TreeSchema, create(re.TreeSchema, TREE));
    expect([directory.length, bytesToHex(sha256(directory))]).toEqual([85, DIRECTORY_HASH]);
    expect([tree.length, bytesToHex(sha256(tree))]).toEqual([164, TREE_HASH]);
  });

  it("gives empty messages the digest of the empty blob", ({ expect }) => {
    for (const schema of [re.DirectorySchema, re.TreeSchema, re.ActionResultSchema]) {
      expect(bytesToHex(sha256(toBinary(schema, create(schema))))).toBe(EMPTY_HASH);
    }
  });
});

describe("what decoding keeps", () => {
  it("reads repeated enums packed and one by one", ({ expect }) => {
    for (const hex of ["0a020109", "08010809"]) {
      const { digestFunctions } = fromBinary(re.CacheCapabilitiesSchema, hexToBytes(hex));
      expect(digestFunctions).toEqual([1, 9]);
    }
  });

  it("keeps enum numbers it does not know", ({ expect }) => {
    const bytes = hexToBytes("186f");
    const request = fromBinary(re.FindMissingBlobsRequestSchema, bytes);
    expect(request.digestFunction).toBe(111);
    expect(toBinary(re.FindMissingBlobsRequestSchema, request)).toEqual(bytes);
  });

  it("keeps fields it does not know", ({ expect }) => {
    const bytes = hexToBytes("2001da0c0178");
    const result = fromBinary(re.ActionResultSchema, bytes);
    expect(result.exitCode).toBe(1);
    expect(toBinary(re.ActionResultSchema, result)).toEqual(bytes);
  });

  it("keeps sizes above 2^53 exact", ({ expect }) => {
    const digest = create(re.DigestSchema, { sizeBytes: 2n ** 53n + 1n });
    const decoded = fromBinary(re.DigestSchema, toBinary(re.DigestSchema, digest));
    expect(decoded.sizeBytes).toBe(9_007_199_254_740_993n);
  });

  it("tells a Unix mode of 0 from none", ({ expect }) => {
    const zero = fromBinary(re.NodePropertiesSchema, hexToBytes("1a00"));
    expect(zero.unixMode).toBe(0);
    expect(create(re.NodePropertiesSchema).unixMode).toBeUndefined();
    expect(bytesToHex(toBinary(re.NodePropertiesSchema, zero))).toBe("1a00");
  });
});

describe("numbers and names", () => {
  for (const [schema, name, number] of FIELD_NUMBERS) {
    it(`${schema.typeName}.${name} is ${number}`, ({ expect }) => {
      expect(schema.fields.find((field) => field.name === name)?.number).toBe(number);
    });
  }

  for (const [schema, numbers] of RESERVED) {
    it(`${schema.typeName} reserves ${numbers.join(", ")}`, ({ expect }) => {
      const reserved = schema.proto.reservedRange.flatMap(({ start, end }) =>
        Array.from({ length: end - start }, (_, index) => start + index),
      );
      expect(reserved).toEqual(numbers);
    });
  }

  for (const [service, name, methods] of SERVICES) {
    it(`${name} has its methods`, ({ expect }) => {
      expect(service.typeName).toBe(name);
      const found = service.methods.map((method) => `${method.name} ${method.methodKind}`);
      expect(found).toEqual(methods);
    });
  }
});
