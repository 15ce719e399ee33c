import {
  create,
  type DescMessage,
  equals,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeGetActionResult } from "../../functions/grpc/codecs/get-action-result.node.ts";
import { decodeBatchRead, encodeBatchRead } from "../../functions/grpc/codecs/batch-read.node.ts";
import {
  decodeBatchUpdate,
  encodeBatchUpdate,
} from "../../functions/grpc/codecs/batch-update.node.ts";
import { mayCarryContents } from "../../functions/grpc/codecs/action-result-contents.node.ts";
import {
  decodeRead,
  decodeWrite,
  encodeRead,
  encodeWrite,
} from "../../functions/grpc/codecs/byte-stream.node.ts";
import {
  decodeFindMissing,
  encodeFindMissing,
} from "../../functions/grpc/codecs/find-missing.node.ts";
import { compressorOf, digestFunctionOf } from "../../functions/grpc/codecs/open-enums.ts";
import { MalformedMessage } from "../../functions/grpc/codecs/wire-reader.node.ts";
import { WordsDigestMessages } from "../../shared/digest/words-digest-messages.ts";
import {
  ActionResultSchema,
  BatchReadBlobsRequestSchema,
  BatchReadBlobsResponseSchema,
  BatchUpdateBlobsRequestSchema,
  BatchUpdateBlobsResponseSchema,
  Compressor_Value,
  FindMissingBlobsRequestSchema,
  FindMissingBlobsResponseSchema,
  GetActionResultRequestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ReadRequestSchema,
  ReadResponseSchema,
  WriteRequestSchema,
  WriteResponseSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const digestFunction = int32.map(digestFunctionOf);
const compressor = int32.map(compressorOf);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => new Uint8Array(array));
const hash = fc.oneof(text, fc.stringMatching(/^[0-9a-f]{64}$/));
const digest = fc.record({ hash, sizeBytes: int64 });
const digests = fc.array(digest, { maxLength: 5 });

/** Fields of every wire type that no version of the messages has. */
const strangers = fc
  .constantFrom(WireType.Varint, WireType.Bit64, WireType.LengthDelimited, WireType.Bit32)
  .map((wireType) => {
    const writer = new BinaryWriter().tag(1000, wireType);
    if (wireType === WireType.Varint) writer.uint64(2n ** 60n);
    else if (wireType === WireType.Bit64) writer.fixed64(7n);
    else if (wireType === WireType.Bit32) writer.fixed32(7);
    else writer.bytes(new Uint8Array(9));
    return writer.finish();
  });

const malformed = new MalformedMessage();

function refusalOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

function readsLikeTheLibrary<Desc extends DescMessage>(
  schema: Desc,
  decode: (bytes: Buffer<ArrayBuffer>) => MessageShape<Desc>,
  messages: fc.Arbitrary<MessageInitShape<Desc>>,
): void {
  describe(schema.name, () => {
    test("is read as the library reads it, whatever else is in it", () => {
      fc.assert(
        fc.property(messages, strangers, strangers, (init, before, after) => {
          const encoded = toBinary(schema, create(schema, init));
          const joined = Buffer.concat([before, encoded, after]);
          const expected = fromBinary(schema, joined, { readUnknownFields: false });
          expect(equals(schema, decode(joined), expected)).toBe(true);
        }),
      );
    });

    test("is refused in one way only, or read, when it is damaged", () => {
      fc.assert(
        fc.property(messages, fc.nat(), fc.nat(255), fc.boolean(), (init, seed, byte, cut) => {
          const encoded = Buffer.from(toBinary(schema, create(schema, init)));
          const at = seed % (encoded.length + 1);
          if (at < encoded.length) encoded[at] = byte;
          const damaged = encoded.subarray(0, cut ? at : undefined);
          expect(refusalOf(() => decode(damaged)) ?? malformed).toBeInstanceOf(MalformedMessage);
        }),
        { numRuns: 2000 },
      );
    });
  });
}

readsLikeTheLibrary(
  FindMissingBlobsRequestSchema,
  (encoded) => {
    const { blobDigests: found, ...rest } = decodeFindMissing(encoded);
    return { ...rest, blobDigests: [...found] };
  },
  fc.record({ instanceName: text, blobDigests: digests, digestFunction }),
);

readsLikeTheLibrary(
  BatchReadBlobsRequestSchema,
  (encoded) => {
    const { digests: found, ...rest } = decodeBatchRead(encoded);
    return { ...rest, digests: [...found] };
  },
  fc.record({
    instanceName: text,
    digests,
    acceptableCompressors: fc.array(compressor, { maxLength: 4 }),
    digestFunction,
  }),
);

const update = fc.record({ digest, data: bytes, compressor }, { requiredKeys: [] });

readsLikeTheLibrary(
  BatchUpdateBlobsRequestSchema,
  decodeBatchUpdate,
  fc.record({
    instanceName: text,
    requests: fc.array(update, { maxLength: 4 }),
    digestFunction,
  }),
);

readsLikeTheLibrary(
  GetActionResultRequestSchema,
  decodeGetActionResult,
  fc.record(
    {
      instanceName: text,
      actionDigest: digest,
      inlineStdout: fc.boolean(),
      inlineStderr: fc.boolean(),
      inlineOutputFiles: fc.array(text, { maxLength: 3 }),
      digestFunction,
    },
    { requiredKeys: [] },
  ),
);

readsLikeTheLibrary(
  ReadRequestSchema,
  decodeRead,
  fc.record({ resourceName: text, readOffset: int64, readLimit: int64 }),
);

readsLikeTheLibrary(
  WriteRequestSchema,
  decodeWrite,
  fc.record({ resourceName: text, writeOffset: int64, finishWrite: fc.boolean(), data: bytes }),
);

describe("answers are written as the library writes them", () => {
  const sizeBytes = fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) });
  const checked = fc.record({ hash: fc.stringMatching(/^[0-9a-f]{64,128}$/), sizeBytes });

  test("FindMissingBlobsResponse", () => {
    fc.assert(
      fc.property(fc.array(checked), (missingBlobDigests) => {
        const written = Buffer.concat(encodeFindMissing({ missingBlobDigests }));
        const message = create(FindMissingBlobsResponseSchema, { missingBlobDigests });
        expect(written.equals(toBinary(FindMissingBlobsResponseSchema, message))).toBe(true);
      }),
    );
  });

  test("a digest whose hash was read as words", () => {
    const sha256 = fc.record({ hash: fc.stringMatching(/^[0-9a-f]{64}$/), sizeBytes });
    fc.assert(
      fc.property(fc.array(sha256), (blobDigests) => {
        const asked = create(FindMissingBlobsRequestSchema, { blobDigests });
        const encoded = toBinary(FindMissingBlobsRequestSchema, asked);
        const { blobDigests: words } = decodeFindMissing(Buffer.from(encoded));
        expect(words).toBeInstanceOf(WordsDigestMessages);
        const written = Buffer.concat(encodeFindMissing({ missingBlobDigests: [...words] }));
        const message = create(FindMissingBlobsResponseSchema, { missingBlobDigests: blobDigests });
        expect(written.equals(toBinary(FindMissingBlobsResponseSchema, message))).toBe(true);
      }),
    );
  });

  const status = fc.record({ code: fc.constantFrom(0, 5, 8), message: text });

  test("BatchUpdateBlobsResponse", () => {
    // What failed repeats what its client sent, right or wrong.
    const entry = fc.oneof(
      fc.record({ digest: checked, status: fc.constant({}) }),
      fc.record({ digest, status: status.filter(({ code }) => code !== 0) }),
      fc.record({ status }),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (responses) => {
        const written = Buffer.concat(encodeBatchUpdate({ responses }));
        const message = create(BatchUpdateBlobsResponseSchema, { responses });
        expect(written.equals(toBinary(BatchUpdateBlobsResponseSchema, message))).toBe(true);
      }),
    );
  });

  test("BatchReadBlobsResponse", () => {
    const size = fc.constantFrom(0, 1, 127, 128, 2000, 16_383, 16_384, 40_000);
    const data = size.map((length) => new Uint8Array(length).fill(length));
    const entry = fc.oneof(
      fc.record({
        digest: checked,
        data,
        status: fc.constant({}),
        compressor: fc.constantFrom(Compressor_Value.IDENTITY, Compressor_Value.ZSTD),
      }),
      fc.record({ digest: checked, status: status.filter(({ code }) => code !== 0) }),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (responses) => {
        const written = Buffer.concat(encodeBatchRead({ responses }));
        const message = create(BatchReadBlobsResponseSchema, { responses });
        const expected = fromBinary(
          BatchReadBlobsResponseSchema,
          toBinary(BatchReadBlobsResponseSchema, message),
        );
        expect(
          equals(
            BatchReadBlobsResponseSchema,
            fromBinary(BatchReadBlobsResponseSchema, written),
            expected,
          ),
        ).toBe(true);
      }),
    );
  });

  test("ReadResponse", () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const written = fromBinary(ReadResponseSchema, Buffer.concat(encodeRead({ data })));
        expect(Buffer.from(data).equals(written.data)).toBe(true);
      }),
    );
  });

  test("WriteResponse", () => {
    for (const committedSize of [0n, 1n, 127n, 128n, 2n ** 31n, 2n ** 53n - 1n, -1n]) {
      const written = Buffer.concat(encodeWrite({ committedSize }));
      const message = create(WriteResponseSchema, { committedSize });
      expect(written.equals(toBinary(WriteResponseSchema, message))).toBe(true);
    }
  });
});

test("an action result is known to have the contents of files in it", () => {
  const outputFile = fc.record({ path: text, digest }, { requiredKeys: ["path"] });
  const results = fc.record(
    {
      outputFiles: fc.array(outputFile, { maxLength: 3 }),
      stdoutDigest: digest,
      exitCode: int32,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(results, (result) => {
      const encoded = (init: MessageInitShape<typeof ActionResultSchema>): Uint8Array =>
        toBinary(ActionResultSchema, create(ActionResultSchema, init));
      const contents = new Uint8Array(3);
      const file = { path: "a", contents };
      expect(mayCarryContents(encoded(result))).toBe(false);
      expect(mayCarryContents(encoded({ ...result, stdoutRaw: contents }))).toBe(true);
      expect(mayCarryContents(encoded({ ...result, stderrRaw: contents }))).toBe(true);
      expect(
        mayCarryContents(
          encoded({ ...result, outputFiles: [...(result.outputFiles ?? []), file] }),
        ),
      ).toBe(true);
    }),
  );
  expect(mayCarryContents(Buffer.from([0x12]))).toBe(true);
});
