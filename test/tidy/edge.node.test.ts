import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { root } from "./repository.node.ts";

const printImports = fileURLToPath(new URL("print-imports.node.ts", import.meta.url));

/** Every module that loading `path` loads, packages included, and who imports it. */
function loadedBy(path: string): readonly string[] {
  const flags = ["--conditions=workerd", printImports, join(root, path)];
  return execFileSync(process.execPath, flags, { encoding: "utf8" }).trimEnd().split("\n");
}

const fromNode = (line: string): boolean => line.startsWith("node:");

describe("the edge", () => {
  it("what runs there loads no module of Node, not even through a package", ({ expect }) => {
    const loaded = loadedBy("functions/routes.ts");
    expect(loaded.filter(fromNode)).toEqual([]);
    expect(loaded.some((line) => line.includes("@connectrpc/connect/"))).toBe(true);
  });

  it("a module that does need Node is noticed", ({ expect }) => {
    expect(loadedBy("shared/digest/hashers.node.ts").filter(fromNode)).not.toEqual([]);
  });
});
