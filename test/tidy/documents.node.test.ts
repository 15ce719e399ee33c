import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "vitest";
import { manifest } from "./manifest.node.ts";
import { files, read, root } from "./repository.node.ts";

const documents = files.filter((path) => path.endsWith(".md"));

/** What npm does without a script of ours. */
const npmCommands = new Set(["ci", "install", "link"]);

const npmCommand = /\bnpm (?:run )?(?<found>[a-z:]+)/g;
const link = /\]\((?<found>[^)#:]+)(?:#[^)]*)?\)/g;

function findIn(path: string, pattern: RegExp): readonly string[] {
  return [...read(path).matchAll(pattern)].map((match) => match.groups?.["found"] ?? "");
}

describe("documents", () => {
  it.for(["README.md", "functions/README.md", "shared/README.md", "test/README.md"])(
    "%s is there",
    (path, { expect }) => {
      expect(documents).toContain(path);
    },
  );

  it("the npm commands that they name exist", ({ expect }) => {
    const unknown = documents.flatMap((path) =>
      findIn(path, npmCommand)
        .filter((name) => !npmCommands.has(name) && !Object.hasOwn(manifest.scripts, name))
        .map((name) => `${path}: npm ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it("their links lead somewhere", ({ expect }) => {
    const broken = documents.flatMap((path) =>
      findIn(path, link)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
