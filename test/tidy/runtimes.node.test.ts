import { isBuiltin } from "node:module";
import { describe, it } from "vitest";
import { allImports } from "./imports.node.ts";

type Runtime = "anywhere" | "node" | "workerd";

/** Where a file runs, as its name says. */
function runtimeOf(path: string): Runtime {
  if (/\.workerd(?:\.test)?\.ts$/.test(path)) return "workerd";
  return /(?:\.node(?:\.test)?\.ts|\.config\.ts|\.js)$/.test(path) ? "node" : "anywhere";
}

describe("runtimes", () => {
  it("a file imports only what runs where it runs", ({ expect }) => {
    const wrong = allImports.flatMap(({ path, files }) => {
      const runtime = runtimeOf(path);
      return files
        .filter((imported) => !["anywhere", runtime].includes(runtimeOf(imported)))
        .map((imported) => `${path} runs ${runtime}, and imports ${imported}`);
    });
    expect(wrong).toEqual([]);
  });

  it("only Node files import Node's modules, except for one that Workers have too", ({
    expect,
  }) => {
    const isFree = (path: string, name: string): boolean =>
      !isBuiltin(name) || (runtimeOf(path) === "workerd" && name === "node:zlib");
    const wrong = allImports
      .filter(({ path }) => runtimeOf(path) !== "node")
      .flatMap(({ path, modules }) =>
        modules.filter((name) => !isFree(path, name)).map((name) => `${path}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });
});
