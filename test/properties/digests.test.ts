import fc from "fast-check";
import { describe, it } from "vitest";
import { digestFunctions, type DigestFunction } from "../../shared/digest/digest-function.ts";
import { formatDigest, parseHash, parseSize } from "../../shared/digest/digest.ts";
import { SupportedFunctions } from "../../shared/digest/supported-functions.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import { digests, hexOf } from "../support/arbitraries.ts";
import { accepts } from "../support/accepts.ts";
import { runs } from "../support/runs.ts";

const names: readonly DigestFunction[] = [
  "sha256",
  "sha1",
  "md5",
  "vso",
  "sha384",
  "sha512",
  "murmur3",
  "sha256tree",
  "blake3",
  "gitsha1",
];

/** Hashes, and texts that differ from one by an edit. */
const hashLike = fc
  .tuple(
    fc.constantFrom(...names).chain(hexOf),
    fc.nat(200),
    fc.nat(2),
    fc.string({ maxLength: 2 }),
  )
  .map(([hex, at, removed, added]) => {
    const place = at % (hex.length + 1);
    return hex.slice(0, place) + added + hex.slice(place + removed);
  });

describe("parseHash", () => {
  it("accepts exactly lower-case hexadecimal of the function's length", ({ expect }) => {
    const texts = fc.oneof(hashLike, fc.string(), fc.constantFrom(...names).chain(hexOf));
    fc.assert(
      fc.property(fc.constantFrom(...names), texts, (name, text) => {
        const digits = [...text].every((digit) => "0123456789abcdef".includes(digit));
        const valid = digits && text.length === digestFunctions[name].hashLength;
        expect(accepts(() => parseHash(name, text, "hash"))).toBe(valid);
      }),
      { ...runs, numRuns: 2000 },
    );
  });

  it.for(["\n", "\0", " ", "G", "A", "０", "é"])("refuses %j anywhere", (bad, { expect }) => {
    const hash = "a".repeat(64);
    for (const at of [0, 1, 32, 63]) {
      const replaced = hash.slice(0, at) + bad + hash.slice(at + 1);
      const added = hash.slice(0, at) + bad + hash.slice(at);
      expect(accepts(() => parseHash("sha256", replaced, "hash"))).toBe(false);
      expect(accepts(() => parseHash("sha256", added, "hash"))).toBe(false);
    }
    expect(accepts(() => parseHash("sha256", hash + bad, "hash"))).toBe(false);
  });

  it("names the field, the value and the remedy", ({ expect }) => {
    const description = '"XYZ" is not a SHA256 hash: 64 lower-case hexadecimal digits';
    expect(() => parseHash("sha256", "XYZ", "digest.hash")).toThrow(
      invalidArgument("digest.hash", description),
    );
  });
});

describe("parseSize", () => {
  it("accepts exactly what is not negative and a double can hold", ({ expect }) => {
    const limit = BigInt(Number.MAX_SAFE_INTEGER);
    const sizes = fc.oneof(
      fc.bigInt(),
      fc.bigInt({ min: -5n, max: 5n }),
      fc.bigInt({ min: limit - 5n, max: limit + 5n }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    );
    fc.assert(
      fc.property(sizes, (size) => {
        const valid = size >= 0n && size <= limit;
        expect(accepts(() => parseSize(size, "size"))).toBe(valid);
        if (valid) expect(BigInt(parseSize(size, "size"))).toBe(size);
      }),
      runs,
    );
  });
});

describe("formatDigest", () => {
  it("writes two digests alike only if they are the same", ({ expect }) => {
    fc.assert(
      fc.property(digests, digests, (a, b) => {
        const same = a.function === b.function && a.hash === b.hash && a.sizeBytes === b.sizeBytes;
        expect(formatDigest(a) === formatDigest(b)).toBe(same);
        expect(formatDigest({ ...a })).toBe(formatDigest(a));
        if (a.hash.length !== b.hash.length) return;
        const other = formatDigest({ ...a, function: b.function });
        expect(other === formatDigest(a)).toBe(a.function === b.function);
      }),
      runs,
    );
  });
});

describe("SupportedFunctions", () => {
  it("tells old functions apart by length, and never guesses a new one", ({ expect }) => {
    const lists = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 });
    const lengths = fc.oneof(fc.nat(140), fc.constantFrom(32, 40, 64, 66, 96, 128));
    fc.assert(
      fc.property(lists, lengths, (list, length) => {
        const functions = new SupportedFunctions(list);
        const candidates = list.filter(
          (name) => !digestFunctions[name].named && digestFunctions[name].hashLength === length,
        );
        const hash = "0".repeat(length);
        expect(accepts(() => functions.byHash(hash, "hash"))).toBe(candidates.length > 0);
        if (candidates.length > 0) expect(functions.byHash(hash, "hash")).toBe(candidates[0]);
      }),
      runs,
    );
  });

  it("knows exactly the numbers on its list", ({ expect }) => {
    const lists = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 });
    fc.assert(
      fc.property(lists, fc.integer({ min: -2, max: 30 }), (list, value) => {
        const functions = new SupportedFunctions(list);
        const wanted = list.find((name) => digestFunctions[name].value === value);
        expect(accepts(() => functions.byValue(value))).toBe(wanted !== undefined);
        if (wanted !== undefined) expect(functions.byValue(value)).toBe(wanted);
      }),
      runs,
    );
  });
});
