import fc from "fast-check";
import { describe, it } from "vitest";
import { readSegments, SegmentWriter } from "../../shared/adapters/memory/segments.ts";
import { cutAt } from "../support/arbitraries.ts";
import { bytesOf, concat, MIB, sameBytes } from "../support/bytes.ts";
import { fewRuns, runs } from "../support/runs.ts";

const everything = bytesOf(3 * MIB + 10);

/** Sizes everywhere, and more of them where one segment ends and the next begins. */
const sizes = fc.oneof(
  fc.nat(1000),
  fc.nat(3 * MIB),
  fc.constantFrom(0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 3 * MIB),
);
const cuts = fc.array(fc.nat(3 * MIB), { maxLength: 6 });

describe("SegmentWriter", () => {
  it("keeps the bytes, however they come, in segments of one MiB at most", ({ expect }) => {
    fc.assert(
      fc.property(sizes, cuts, (size, places) => {
        const bytes = everything.subarray(0, size);
        const reserved: number[] = [];
        const writer = new SegmentWriter(size, (count) => void reserved.push(count));
        for (const chunk of cutAt(bytes, places)) writer.write(chunk);
        const segments = writer.finish();
        expect(sameBytes(concat(segments), bytes)).toBe(true);
        expect(segments.map(({ byteLength }) => byteLength)).toEqual(reserved);
        expect(segments.map(({ buffer }) => buffer.byteLength)).toEqual(reserved);
        expect(Math.max(0, ...reserved)).toBeLessThanOrEqual(MIB);
        expect(writer.allocatedBytes).toBe(size);
      }),
      fewRuns,
    );
  });

  it("never takes a segment that it has no bytes for", ({ expect }) => {
    fc.assert(
      fc.property(sizes, sizes, (declared, sent) => {
        const come = Math.min(declared, sent);
        const writer = new SegmentWriter(declared, () => undefined);
        writer.write(everything.subarray(0, come));
        expect(writer.allocatedBytes).toBe(Math.min(declared, Math.ceil(come / MIB) * MIB));
      }),
      runs,
    );
  });

  it("throws at the first byte too many", ({ expect }) => {
    for (const size of [0, 1, MIB, MIB + 1]) {
      const writer = new SegmentWriter(size, () => undefined);
      writer.write(everything.subarray(0, size));
      writer.write(new Uint8Array());
      expect(() => writer.write(new Uint8Array(1))).toThrow(RangeError);
      expect(writer.allocatedBytes).toBe(size);
    }
  });

  it("does not count what it was refused", ({ expect }) => {
    const writer = new SegmentWriter(3 * MIB, (bytes) => {
      if (writer.allocatedBytes + bytes > 2 * MIB) throw new Error("no room");
    });
    expect(() => writer.write(everything.subarray(0, 3 * MIB))).toThrow("no room");
    expect(writer.allocatedBytes).toBe(2 * MIB);
  });
});

describe("readSegments", () => {
  it("gives any part, without a copy and without an empty piece", ({ expect }) => {
    fc.assert(
      fc.property(sizes, fc.nat(3 * MIB), fc.nat(4 * MIB), (size, place, length) => {
        const bytes = everything.subarray(0, size);
        const offset = place % (size + 1);
        const writer = new SegmentWriter(size, () => undefined);
        writer.write(bytes);
        const segments = writer.finish();
        const parts = [...readSegments(segments, offset, length)];
        expect(sameBytes(concat(parts), bytes.subarray(offset, offset + length))).toBe(true);
        const buffers = new Set(segments.map(({ buffer }) => buffer));
        expect(parts.every(({ buffer }) => buffers.has(buffer))).toBe(true);
        if (offset < size) expect(parts.every(({ byteLength }) => byteLength > 0)).toBe(true);
      }),
      fewRuns,
    );
  });
});
