import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, it } from "vitest";
import { iterate } from "../../shared/bytes/collect.ts";
import { limits } from "../../shared/limits.ts";
import {
  type Directory,
  DirectorySchema,
  TreeSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { MalformedTree, readTree } from "../../shared/services/tree-records.ts";
import { cutAt } from "../support/arbitraries.ts";
import { concat } from "../support/bytes.ts";
import { runs } from "../support/runs.ts";
import { directories, recordOf, type TreeRecord, unknownRecords } from "../support/trees.ts";

interface Outcome {
  readonly read: readonly Directory[];
  readonly malformed: boolean;
}

/** What a Tree's bytes hold. Anything but `MalformedTree` that reading throws is a defect, and is passed on. */
async function outcomeOf(chunks: Iterable<Uint8Array>): Promise<Outcome> {
  const read: Directory[] = [];
  try {
    for await (const directory of readTree(iterate(chunks))) read.push(directory);
    return { read, malformed: false };
  } catch (error) {
    if (error instanceof MalformedTree) return { read, malformed: true };
    throw error;
  }
}

function same(a: readonly Directory[], b: readonly Directory[]): boolean {
  const alike = (one: Directory, index: number): boolean => {
    const other = b[index];
    return other !== undefined && equals(DirectorySchema, one, other);
  };
  return a.length === b.length && a.every(alike);
}

const cuts = fc.array(fc.nat(), { maxLength: 10 });
const records: fc.Arbitrary<readonly TreeRecord[]> = fc.array(
  fc.oneof(
    directories.map((directory) => recordOf(2, directory)),
    directories.map((directory) => recordOf(1, directory)),
    unknownRecords,
  ),
  { maxLength: 6 },
);

const bytesOfRecords = (list: readonly TreeRecord[]): Uint8Array =>
  concat(list.map(({ bytes }) => bytes));
const directoriesOf = (list: readonly TreeRecord[]): readonly Directory[] =>
  list.flatMap(({ directory }) => directory ?? []);

describe("readTree", () => {
  it("reads what decoding the whole Tree gives, however its bytes come", async ({ expect }) => {
    const trees = fc.record(
      { root: directories, children: fc.array(directories, { maxLength: 5 }) },
      { requiredKeys: ["children"] },
    );
    await fc.assert(
      fc.asyncProperty(trees, cuts, async (init, places) => {
        const bytes = toBinary(TreeSchema, create(TreeSchema, init));
        const { root, children } = fromBinary(TreeSchema, bytes);
        const whole = root === undefined ? children : [root, ...children];
        const { read, malformed } = await outcomeOf(cutAt(bytes, places));
        expect([malformed, same(read, whole)]).toEqual([false, true]);
      }),
      runs,
    );
  });

  it("bears any order, and fields that are newer than it", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(records, cuts, async (list, places) => {
        const chunks = cutAt(bytesOfRecords(list), places);
        const { read, malformed } = await outcomeOf(chunks);
        expect([malformed, same(read, directoriesOf(list))]).toEqual([false, true]);
      }),
      runs,
    );
  });

  it("does not care for chunks of one byte", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(records, async (list) => {
        const single = Array.from(bytesOfRecords(list), (byte) => Uint8Array.of(byte));
        const { read, malformed } = await outcomeOf(single);
        expect([malformed, same(read, directoriesOf(list))]).toEqual([false, true]);
      }),
      { ...runs, numRuns: 50 },
    );
  });

  it("takes a Tree that was cut off for malformed, unless it ends with a record", async ({
    expect,
  }) => {
    await fc.assert(
      fc.asyncProperty(records, fc.nat(), cuts, async (list, place, places) => {
        const bytes = bytesOfRecords(list);
        const end = place % (bytes.byteLength + 1);
        const { read, malformed } = await outcomeOf(cutAt(bytes.subarray(0, end), places));
        let at = 0;
        const whole = list.filter((record) => (at += record.bytes.byteLength) <= end);
        expect(same(read, directoriesOf(whole))).toBe(true);
        expect(malformed).toBe(bytesOfRecords(whole).byteLength !== end);
      }),
      runs,
    );
  });

  it("finds garbage malformed, and fails in no other way", async ({ expect }) => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.tuple(records, fc.nat(), fc.nat(255)).map(([list, place, byte]) => {
        const bytes = bytesOfRecords(list);
        return bytes.byteLength === 0 ? bytes : bytes.with(place % bytes.byteLength, byte);
      }),
    );
    await fc.assert(
      fc.asyncProperty(garbage, cuts, async (bytes, places) => {
        const whole = await outcomeOf([bytes]);
        const pieces = await outcomeOf(cutAt(bytes, places));
        if (!whole.malformed && !pieces.malformed) {
          expect(same(pieces.read, whole.read)).toBe(true);
        }
      }),
      { ...runs, numRuns: 2000 },
    );
  });

  it("refuses a Directory that is too large by its length alone", async ({ expect }) => {
    const header = new BinaryWriter().tag(2, WireType.LengthDelimited);
    const bytes = header.uint32(limits.directoryBytes + 1).finish();
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield bytes;
      for (; ; asked++) yield new Uint8Array(1000);
    }
    const read = async (): Promise<void> => {
      for await (const _ of readTree(endless())) throw new Error("it gave a Directory");
    };
    await expect(read()).rejects.toThrow(MalformedTree);
    expect(asked).toBeLessThanOrEqual(1);
  });
});
