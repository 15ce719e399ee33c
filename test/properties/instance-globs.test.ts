import fc from "fast-check";
import { describe, it } from "vitest";
import {
  covers,
  formatGlob,
  includes,
  type InstanceGlob,
  parseGlob,
} from "../../shared/digest/instance-glob.ts";
import { type InstanceName, parseInstanceName } from "../../shared/digest/instance-name.ts";
import { runs } from "../support/runs.ts";

/** Few segments, so that names are often beneath each other. */
const names: fc.Arbitrary<InstanceName> = fc
  .array(fc.constantFrom("a", "b", "ab"), { maxLength: 4 })
  .map((segments) => parseInstanceName(segments.join("/")));

const globs: fc.Arbitrary<InstanceGlob> = fc
  .tuple(names, fc.constantFrom("", "/**"))
  .map(([name, rest]) => parseGlob(name === "" && rest !== "" ? "**" : `${name}${rest}`));

describe("a glob of instances", () => {
  it("is read as it was written", ({ expect }) => {
    fc.assert(
      fc.property(globs, (glob) => {
        expect(parseGlob(formatGlob(glob))).toEqual(glob);
      }),
      runs,
    );
  });

  it("includes another exactly where it covers every name that the other does", ({ expect }) => {
    fc.assert(
      fc.property(globs, globs, names, (wide, narrow, name) => {
        if (includes(wide, narrow)) {
          expect(!covers(narrow, name) || covers(wide, name)).toBe(true);
          return;
        }
        const top = narrow.top ?? "";
        const within = [top, "c", `${top}/c`].filter((each) => !each.startsWith("/"));
        const covered = within.map((each) => parseInstanceName(each));
        expect(covered.some((each) => covers(narrow, each) && !covers(wide, each))).toBe(true);
      }),
      runs,
    );
  });
});
