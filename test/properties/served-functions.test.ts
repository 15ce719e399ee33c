import fc from "fast-check";
import { describe, it } from "vitest";
import { allDigestFunctions, digestFunctions } from "../../shared/digest/digest-function.ts";
import { defaultFunctions, parseFunctions } from "../../shared/digest/served-functions.ts";
import { runs } from "../support/runs.ts";

const parse = (text: string) => parseFunctions(text, (remedy) => new Error(remedy));

describe("the functions that a setting lists", () => {
  it("are those named, in their order, whatever the case and the spaces", ({ expect }) => {
    const lists = fc.uniqueArray(fc.constantFrom(...allDigestFunctions), { minLength: 1 });
    fc.assert(
      fc.property(lists, (list) => {
        fc.pre(!(list.includes("md5") && list.includes("murmur3")));
        expect(parse(list.join(","))).toEqual(list);
        expect(parse(` ${list.join(" , ").toUpperCase()} `)).toEqual(list);
      }),
      runs,
    );
  });

  it.for(["", ",", "sha256,", "sha-256", "unknown", "constructor", "sha256 blake3"])(
    "cannot be %j",
    (text, { expect }) => {
      expect(() => parse(text)).toThrow(/^give some of sha256, blake3, .*, murmur3, with commas/);
    },
  );

  it("are not named twice, and never leave it open which one a hash is of", ({ expect }) => {
    expect(() => parse("sha256,SHA256")).toThrow("give each function once");
    expect(() => parse("murmur3,sha256,md5")).toThrow("give md5 or murmur3, not both");
  });
});

describe("the functions that are offered unless told otherwise", () => {
  it("are all but MURMUR3, SHA256 first", ({ expect }) => {
    const others = allDigestFunctions.filter((name) => name !== "murmur3");
    expect(defaultFunctions.toSorted()).toEqual(others.toSorted());
    expect(defaultFunctions[0]).toBe("sha256");
  });

  it("are told apart by the lengths of their hashes, or named", ({ expect }) => {
    const lengths = defaultFunctions
      .filter((name) => !digestFunctions[name].named)
      .map((name) => digestFunctions[name].hashLength);
    expect(new Set(lengths).size).toBe(lengths.length);
  });
});
