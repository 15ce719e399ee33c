import { describe, it } from "vitest";
import { manifest } from "./manifest.node.ts";
import { files } from "./repository.node.ts";

/** The fixed top level, and what tools need beside it. */
const topLevel =
  "package.json tsconfig.json wrangler.toml functions shared infra test " +
  "README.md LICENSE package-lock.json vitest.config.ts";

const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
/** Names that others chose: README.md, LICENSE, BUILD, MODULE.bazel. */
const conventional = /^[A-Z]+(?:\.[a-z]+)?$/;

function hasGoodName(path: string): boolean {
  // The folders and files of .proto packages are named as their packages are.
  if (/^shared\/proto\/.+(?:\.proto|_pb\.ts)$/.test(path)) return true;
  // Wrangler names migrations, by their number and in snake case.
  if (/^infra\/cloudflare\/migrations\/\d{4}(?:_[a-z0-9]+)+\.sql$/.test(path)) return true;
  return path.split("/").every((name) => kebabCase.test(name) || conventional.test(name));
}

describe("names", () => {
  it("the top level holds nothing new", ({ expect }) => {
    const allowed = new Set(topLevel.split(" "));
    const top = new Set(files.map((path) => path.split("/")[0] ?? path));
    expect([...top].filter((name) => !allowed.has(name))).toEqual([]);
  });

  it("files and folders are named in kebab-case", ({ expect }) => {
    expect(files.filter((path) => !hasGoodName(path))).toEqual([]);
  });

  it("tests stand in test/, and code in TypeScript", ({ expect }) => {
    const strays = files.filter((path) => path.endsWith(".test.ts") && !path.startsWith("test/"));
    // The launchers run on whatever Node is there, which may know no TypeScript.
    const launchers = Object.values(manifest.bin);
    const scripts = files.filter((path) => /\.[cm]?jsx?$/.test(path) && !launchers.includes(path));
    expect([...strays, ...scripts]).toEqual([]);
  });
});
