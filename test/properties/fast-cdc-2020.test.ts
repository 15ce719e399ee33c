import fc from "fast-check";
import { describe, it } from "vitest";
import { chunksOf } from "../../shared/chunking/chunks-of.ts";
import { FastCdc2020, type FastCdcOptions } from "../../shared/chunking/fast-cdc-2020.ts";
import { gearOf } from "../../shared/chunking/gear.ts";
import { bytesOf, concat, KIB, sameBytes } from "../support/bytes.ts";
import { referenceGear, referenceLengths } from "../support/fast-cdc-reference.ts";

const small: FastCdcOptions = {
  minBytes: KIB / 4,
  avgBytes: KIB,
  maxBytes: 4 * KIB,
  seed: 0,
};

/** What the published vectors are made with. */
const published: FastCdcOptions = { minBytes: 4096, avgBytes: 16_384, maxBytes: 65_535, seed: 0 };

async function* inPieces(
  data: Uint8Array,
  pieceBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < data.byteLength; at += pieceBytes) {
    yield data.subarray(at, at + pieceBytes);
  }
}

async function chunksIn(
  data: Uint8Array,
  options: FastCdcOptions,
  pieceBytes = 1000,
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(inPieces(data, pieceBytes), new FastCdc2020(options))) {
    chunks.push(chunk);
  }
  return chunks;
}

async function lengthsIn(...args: Parameters<typeof chunksIn>): Promise<readonly number[]> {
  return (await chunksIn(...args)).map(({ byteLength }) => byteLength);
}

/** Where bytes repeat, cuts are rare or regular. */
function patterned(size: number, seed: number, period: number): Uint8Array {
  const pattern = bytesOf(period, seed);
  return Uint8Array.from({ length: size }, (_, index) => pattern[index % period] ?? 0);
}

describe("the table of FastCDC", () => {
  it("is made of MD5", ({ expect }) => {
    const { low, high } = gearOf(0);
    const gear = (byte: number): string =>
      [high, low].map((half) => ((half[byte] ?? 0) >>> 0).toString(16).padStart(8, "0")).join("");
    expect(gear(0)).toBe("3b5d3c7d207e37dc");
    expect(gear(1)).toBe("784d68ba91123086");
    expect(gear(255)).toBe("aabd2b2a451504e1");
    for (let byte = 0; byte < 256; byte++) {
      expect(gear(byte)).toBe(referenceGear(byte).toString(16).padStart(16, "0"));
    }
  });
});

describe("FastCDC 2020", () => {
  it.for([
    { data: bytesOf(300_000), options: published },
    { data: bytesOf(300_000), options: { ...published, seed: 666 } },
    { data: bytesOf(300_001, 2), options: { ...published, minBytes: 4097, maxBytes: 65_536 } },
    { data: bytesOf(100_000, 3), options: small },
    { data: bytesOf(100_000, 3), options: { ...small, seed: 0xffff_ffff } },
    { data: new Uint8Array(100_000), options: small },
  ])("cuts where the paper would", async ({ data, options }, { expect }) => {
    const lengths = await lengthsIn(data, options);
    expect(lengths).toEqual(referenceLengths(data, options));
    expect(lengths.length).toBeGreaterThan(4);
  });

  it("cuts where the paper would, whatever it is given", async () => {
    const data = fc.oneof(
      fc.tuple(fc.nat(12_000), fc.nat()).map(([size, seed]) => bytesOf(size, seed)),
      fc
        .tuple(fc.nat(12_000), fc.nat(), fc.integer({ min: 1, max: 300 }))
        .map(([size, seed, period]) => patterned(size, seed, period)),
    );
    const cuts = fc.asyncProperty(
      data,
      fc.constantFrom(0, 1, 666, 0xffff_ffff),
      fc.integer({ min: 1, max: 10_000 }),
      async (bytes, seed, pieceBytes) => {
        const options = { ...small, seed };
        const chunks = await chunksIn(bytes, options, pieceBytes);
        const lengths = chunks.map(({ byteLength }) => byteLength);
        return (
          sameBytes(concat(chunks), bytes) &&
          lengths.join() === referenceLengths(bytes, options).join()
        );
      },
    );
    await fc.assert(cuts, { seed: 2020, numRuns: 150 });
  });

  it("keeps to its bounds, and comes near to the average", async ({ expect }) => {
    const lengths = await lengthsIn(bytesOf(4096 * KIB, 5), small);
    const { minBytes, avgBytes, maxBytes } = small;
    for (const length of lengths.slice(0, -1)) {
      expect(length).toBeGreaterThanOrEqual(minBytes);
      expect(length).toBeLessThanOrEqual(maxBytes);
    }
    const average = (4096 * KIB) / lengths.length;
    expect(average).toBeGreaterThan(0.9 * avgBytes);
    expect(average).toBeLessThan(1.3 * avgBytes);
  });

  it("finds the same cuts again behind a change", async ({ expect }) => {
    const data = bytesOf(200_000, 6);
    const changed = concat([bytesOf(777, 7), data]);
    const [before, after] = [await chunksIn(data, small), await chunksIn(changed, small)];
    const tail = 20;
    expect(after.slice(-tail)).toEqual(before.slice(-tail));
  });

  it("refuses averages that the paper has no mask for", ({ expect }) => {
    const make = (avgBytes: number): FastCdc2020 => new FastCdc2020({ ...small, avgBytes });
    expect(() => make(1000)).toThrow(RangeError);
    expect(() => make(2 ** 21)).toThrow(RangeError);
  });
});
