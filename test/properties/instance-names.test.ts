import fc from "fast-check";
import { describe, it } from "vitest";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { accepts } from "../support/accepts.ts";
import { instanceNames, reserved, segments } from "../support/arbitraries.ts";
import { runs } from "../support/runs.ts";

describe("parseInstanceName", () => {
  it("gives back every valid name unchanged", ({ expect }) => {
    fc.assert(
      fc.property(instanceNames, (name) => {
        expect(parseInstanceName(name)).toBe(name);
      }),
      runs,
    );
  });

  it("refuses a reserved segment wherever it stands", ({ expect }) => {
    const parts = fc.array(segments, { maxLength: 3 });
    fc.assert(
      fc.property(parts, reserved, parts, (before, word, after) => {
        const name = [...before, word, ...after].join("/");
        expect(accepts(() => parseInstanceName(name))).toBe(false);
      }),
      runs,
    );
  });

  it("refuses an empty segment wherever it stands", ({ expect }) => {
    const parts = fc.array(segments, { maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (before, after) => {
        const name = [...before, "", ...after].join("/");
        expect(accepts(() => parseInstanceName(name))).toBe(name === "");
      }),
      runs,
    );
  });

  it("takes a name of 1024 characters, and no longer one", ({ expect }) => {
    expect(accepts(() => parseInstanceName("x".repeat(1024)))).toBe(true);
    expect(accepts(() => parseInstanceName("x".repeat(1025)))).toBe(false);
    expect(accepts(() => parseInstanceName(`${"a/".repeat(600)}a`))).toBe(false);
  });
});
