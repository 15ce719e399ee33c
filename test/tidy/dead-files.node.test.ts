import { describe, it } from "vitest";
import { allImports } from "./imports.node.ts";
import { read, sources } from "./repository.node.ts";

const links = new Map(
  allImports.map(({ path, files, programs }) => [path, [...files, ...programs]]),
);

/** The files that are reached from `entries`, themselves included. */
function reachableFrom(entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set(entries);
  // A set gives its visitor what is added on the way.
  for (const path of reached) for (const link of links.get(path) ?? []) reached.add(link);
  return reached;
}

const packageJson = read("package.json");
const isProgram = (path: string): boolean =>
  /^functions\/[^/]+\/main\./.test(path) || packageJson.includes(path);
const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || /^[^/]+\.config\.ts$/.test(path);

/** The compiler finds these by itself, and misses those that it needs. */
const isDeclaration = (path: string): boolean => path.endsWith(".d.ts");

describe("dead files", () => {
  it("everything that ships is part of a program: use by a test alone does not count", ({
    expect,
  }) => {
    const reached = reachableFrom(sources.filter(isProgram));
    const shipped = sources.filter(
      (path) => /^(?:functions|infra|shared)\//.test(path) && !isDeclaration(path),
    );
    expect(shipped.filter((path) => !reached.has(path))).toEqual([]);
  });

  it("everything else is part of a test", ({ expect }) => {
    const reached = reachableFrom([...sources.filter(isTest), ...sources.filter(isProgram)]);
    expect(sources.filter((path) => !reached.has(path) && !isDeclaration(path))).toEqual([]);
  });
});
