import fc from "fast-check";
import { expect, test } from "vitest";
import { ClaimPattern } from "../../functions/access/claim-pattern.ts";

/** The same by a regular expression, which takes too long for some. */
function expressionOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/\{(?<name>\w+)\}|\*\*|\*|[^*]/g, (part, name?: string) => {
    if (name !== undefined) return `(?<${name}>[^/]+)`;
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : `\\u{${(part.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return new RegExp(`^${source}$`, "su");
}

const piece = fc.constantFrom("a", "b", "-", "/", ".", "*", "**", "{x}", "{y}");
const claim = fc.string({ unit: fc.constantFrom("a", "b", "-", "/", "."), maxLength: 8 });

test("patterns fit what regular expressions do, and take the same", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), claim, (pieces, text) => {
      const pattern = pieces.join("").replaceAll(/\*{3,}/g, "**");
      fc.pre(pattern.split("{x}").length < 3 && pattern.split("{y}").length < 3);
      const found = expressionOf(pattern).exec(text);
      const taken = new ClaimPattern(pattern).match(text);
      expect(taken).toEqual(found === null ? undefined : { ...found.groups });
    }),
    { numRuns: 5000 },
  );
});

test.for([
  "refs/heads/{team}-{kind}-{ticket}-{what}-rc",
  "**a**a**a**a**a**b",
  "{a}-{b}-{c}-{d}-x",
  "*-*-*-*-*-*x",
])("%s takes no longer for what nearly fits", (pattern) => {
  const long = new ClaimPattern(pattern);
  const beginMs = performance.now();
  for (const unit of ["-", "a", "a-"]) {
    for (const text of [unit, `refs/heads/${unit}`]) {
      expect(long.match(text.padEnd(1024, unit))).toBeUndefined();
    }
  }
  expect(performance.now() - beginMs).toBeLessThan(2000);
});
