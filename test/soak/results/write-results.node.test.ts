import { expect, test } from "vitest";
import { withResult } from "./write-results.node.ts";

const readme =
  "before\n<!-- node -->\nold\n<!-- end -->\n<!-- edge -->\nother\n<!-- end -->\nafter\n";

test("a result replaces the one of its name, and no other", () => {
  const expected = readme.replace("old", () => "\nnew $& $1\n");
  expect(withResult(readme, "node", "new $& $1")).toBe(expected);
});

test("a result without a place is an error that says so", () => {
  expect(() => withResult(readme, "node-3-workers", "new")).toThrow(
    "README.md has no place for node-3-workers",
  );
});
