import { posix } from "node:path";
import { files, read, sources } from "./repository.node.ts";

/** What one source file takes from elsewhere. */
export interface Imports {
  readonly path: string;
  /** Files of the repository that it imports, by path from the top. */
  readonly files: readonly string[];
  /** Packages and built-in modules that it imports. */
  readonly modules: readonly string[];
  /** Files of the repository that it names by URL: programs that it starts. */
  readonly programs: readonly string[];
}

const staticImport = /^(?:import|export)\s(?:[^"';]*?\sfrom\s)?"(?<specifier>[^"]+)"/gm;
const dynamicImport = /\bimport\("(?<specifier>[^"]+)"\)/g;
const fileUrl = /\bnew URL\("(?<specifier>[^"]+)", import\.meta\.url\)/g;

/** The imports of every source file. */
export const allImports: readonly Imports[] = sources.map((path) => importsOf(path, read(path)));

export function importsOf(path: string, text: string): Imports {
  const resolve = (specifier: string): string => posix.join(posix.dirname(path), specifier);
  const specifiers = [...matches(text, staticImport), ...matches(text, dynamicImport)];
  return {
    path,
    files: specifiers.filter((specifier) => specifier.startsWith(".")).map(resolve),
    modules: specifiers.filter((specifier) => !specifier.startsWith(".")),
    programs: matches(text, fileUrl)
      .map(resolve)
      .filter((target) => files.includes(target)),
  };
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match.groups?.["specifier"] ?? "");
}
