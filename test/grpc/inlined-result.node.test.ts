import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inlinedPieces } from "../../functions/grpc/codecs/inlined-result.node.ts";
import { placesFor } from "../../functions/grpc/codecs/result-places.node.ts";
import {
  type ActionResult,
  ActionResultSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

const path = fc.constantFrom("a.d", "a.o", "bin/ü.d", "");
const hash = fc.oneof(
  fc.constantFrom("ab".repeat(32), "cd".repeat(32)),
  fc.string({ maxLength: 8 }),
);
const digest = fc.record({ hash, sizeBytes: fc.bigInt({ min: 0n, max: 2n ** 60n }) });
const results = fc.record(
  {
    outputFiles: fc.array(
      fc.record(
        {
          path,
          digest,
          isExecutable: fc.boolean(),
          nodeProperties: fc.record({ unixMode: fc.constant(0o755) }),
        },
        { requiredKeys: ["path"] },
      ),
      { maxLength: 4 },
    ),
    outputSymlinks: fc.array(fc.record({ path, target: path }), { maxLength: 2 }),
    exitCode: fc.integer({ min: -5, max: 300 }),
    stdoutDigest: digest,
    stderrDigest: digest,
  },
  { requiredKeys: [] },
);
const wishes = fc.record({
  inlineStdout: fc.boolean(),
  inlineStderr: fc.boolean(),
  inlineOutputFiles: fc.array(path, { maxLength: 3 }),
});
/** For each place in turn; some blobs are gone, and some are sent as they are. */
const contents = fc.array(
  fc.option(
    fc
      .constantFrom(0, 1, 100, 127, 128, 16_383, 16_384, 70_000)
      .map((n) => new Uint8Array(n).fill(n)),
    { nil: undefined },
  ),
  { minLength: 6, maxLength: 6 },
);

function encoded(init: MessageInitShape<typeof ActionResultSchema>): Uint8Array {
  return toBinary(ActionResultSchema, create(ActionResultSchema, init));
}

/** Puts contents in as somebody does who has decoded the result. */
function expected(
  bytes: Uint8Array,
  wished: Parameters<typeof placesFor>[1],
  given: readonly (Uint8Array<ArrayBuffer> | undefined)[],
): ActionResult {
  const result = fromBinary(ActionResultSchema, bytes);
  const left = given.values();
  const next = (): Uint8Array<ArrayBuffer> => left.next().value ?? new Uint8Array();
  if (wished.inlineStdout && result.stdoutDigest) result.stdoutRaw = next();
  if (wished.inlineStderr && result.stderrDigest) result.stderrRaw = next();
  for (const file of result.outputFiles) {
    if (wished.inlineOutputFiles.includes(file.path) && file.digest) file.contents = next();
  }
  return result;
}

describe("contents that are put into an encoded action result", () => {
  test("make it what it is when it is decoded for that", () => {
    fc.assert(
      fc.property(results, wishes, contents, (init, wished, given) => {
        const bytes = encoded(init);
        const places = placesFor(bytes, wished) ?? [];
        const pieces = inlinedPieces(bytes, places, given.slice(0, places.length));
        const wanted = toBinary(ActionResultSchema, expected(bytes, wished, given));
        // Empty contents are written here, and make no difference.
        const result = fromBinary(ActionResultSchema, Buffer.concat(pieces));
        expect(Buffer.from(toBinary(ActionResultSchema, result)).equals(wanted)).toBe(true);
        const isWhole = given.every((each) => each === undefined || each.byteLength > 0);
        expect(!isWhole || Buffer.concat(pieces).equals(wanted)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("are those of the digests that the result has there", () => {
    const [out, err, one, two] = ["1", "2", "3", "4"].map((digit, index) => ({
      hash: digit.repeat(64),
      sizeBytes: BigInt(index + 1),
    }));
    const bytes = encoded({
      ...(out && { stdoutDigest: out }),
      ...(err && { stderrDigest: err }),
      outputFiles: [
        { path: "x", ...(one && { digest: one }) },
        { path: "y" },
        { path: "z", ...(two && { digest: two }) },
      ],
    });
    const all = { inlineStdout: true, inlineStderr: true, inlineOutputFiles: ["z", "y", "x"] };
    const places = placesFor(bytes, all) ?? [];
    const found = places.map(({ digest: { hash: text, sizeBytes } }) => ({
      hash: text,
      sizeBytes,
    }));
    expect(found).toEqual([out, err, one, two]);
    expect(
      placesFor(bytes, { ...all, inlineStdout: false, inlineOutputFiles: ["q"] }),
    ).toHaveLength(1);
  });

  test("go into a file and right behind it", () => {
    const one = { hash: "1".repeat(64), sizeBytes: 1n };
    const bytes = encoded({ outputFiles: [{ path: "x", digest: one }], stderrDigest: one });
    const wished = { inlineStdout: true, inlineStderr: true, inlineOutputFiles: ["x"] };
    const places = placesFor(bytes, wished) ?? [];
    const pieces = inlinedPieces(bytes, places, [Uint8Array.of(1), Uint8Array.of(2)]);
    const result = fromBinary(ActionResultSchema, Buffer.concat(pieces));
    expect([...result.stderrRaw]).toEqual([1]);
    expect([...(result.outputFiles[0]?.contents ?? [])]).toEqual([2]);
  });

  test("leave the bytes as they are where there is nothing to put in", () => {
    const bytes = encoded({ outputFiles: [{ path: "x" }], exitCode: 3 });
    const places = placesFor(bytes, {
      inlineStdout: true,
      inlineStderr: true,
      inlineOutputFiles: ["x"],
    });
    expect(places).toEqual([]);
    expect(inlinedPieces(bytes, [], [])[0]).toBe(bytes);
  });

  test("keep fields that nobody here knows", () => {
    const digestOf = { hash: "ab".repeat(32), sizeBytes: 5n };
    const stranger = new BinaryWriter().tag(1000, WireType.Varint).uint32(7).finish();
    const bytes = Buffer.concat([
      stranger,
      encoded({ outputFiles: [{ path: "x", digest: digestOf }] }),
      stranger,
    ]);
    const places =
      placesFor(bytes, { inlineStdout: false, inlineStderr: false, inlineOutputFiles: ["x"] }) ??
      [];
    const pieces = inlinedPieces(bytes, places, [new Uint8Array(5)]);
    const result = fromBinary(ActionResultSchema, Buffer.concat(pieces));
    expect(result.$unknown).toHaveLength(2);
    expect(result.outputFiles[0]?.contents).toHaveLength(5);
  });

  test("are not for a result that is written in an unusual way", () => {
    const wished = { inlineStdout: true, inlineStderr: true, inlineOutputFiles: ["x"] };
    const part = { hash: "ab".repeat(32), sizeBytes: 5n };
    const unusual = [
      Buffer.concat([encoded({ stdoutDigest: part }), encoded({ stdoutDigest: part })]),
      Buffer.concat([encoded({ stderrDigest: part }), encoded({ stderrDigest: part })]),
      Buffer.from([0x12, 6, 0x0a, 1, 0x78, 0x0a, 1, 0x79]),
      Buffer.from([0x12, 4, 0x12, 0, 0x12, 0]),
      Buffer.from([0x12, 3, 0x0a, 1, 0xff]),
      Buffer.from([0x12]),
    ];
    for (const bytes of unusual) expect(placesFor(bytes, wished)).toBeUndefined();
  });
});
