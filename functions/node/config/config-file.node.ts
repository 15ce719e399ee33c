import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readFile } from "node:fs/promises";
import { codeOf } from "../error-code.node.ts";
import { ConfigError } from "./config-error.node.ts";
import { type Jsonc, parseJsonc } from "./parse-jsonc.ts";
import { toFields } from "./to-fields.ts";
import { type Fields, type Path, pathText } from "./value.ts";

/** A configuration file as it was read. */
export interface ConfigFile {
  /** As whoever started the server has it. */
  readonly name: string;
  /** From where relative paths in it are found. */
  readonly folder: string;
  readonly fields: Fields;
  /** `hayloft.jsonc:3:5`, where the file has lines. */
  place(path: Path): string;
}

const moduleEndings: ReadonlySet<string> = new Set([".ts", ".mts", ".js", ".mjs"]);

/** Throws `ConfigError`. */
export async function readConfigFile(name: string): Promise<ConfigFile> {
  const path = resolve(name);
  const isModule = moduleEndings.has(extname(path));
  const { value, place } = isModule ? await load(name, path) : await parse(name, path);
  const { fields, mistakes } = toFields(value);
  if (mistakes.length > 0) {
    throw new ConfigError(
      mistakes.map(({ at, text }) =>
        [place(at), ...(at.length === 0 ? [] : [pathText(at)]), text].join(": "),
      ),
    );
  }
  return { name, folder: dirname(path), fields, place };
}

interface Read {
  readonly value: unknown;
  readonly place: (path: Path) => string;
}

async function parse(name: string, path: string): Promise<Read> {
  const jsonc = parsed(name, await readText(name, path));
  if (jsonc.mistakes.length === 0) {
    return { value: jsonc.value, place: (at) => `${name}:${jsonc.locate(at)}` };
  }
  throw new ConfigError(jsonc.mistakes.map(({ at, text }) => `${name}:${at}: ${text}`));
}

function parsed(name: string, text: string): Jsonc {
  try {
    return parseJsonc(text);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new ConfigError([`${name}: it lies too deep`], { cause });
    throw cause;
  }
}

async function readText(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new ConfigError([`${name}: it cannot be read (${codeOf(cause)})`], { cause });
  }
}

/** A module gives an object, or a function that makes one. */
async function load(name: string, path: string): Promise<Read> {
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    const given = defaultOf(module);
    // A promise would look like an object that says nothing.
    const value = await (isFunction(given) ? given() : given);
    return { value, place: () => name };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([`${name}: it cannot be loaded: ${reason.split("\n")[0]}`], { cause });
  }
}

function defaultOf(module: unknown): unknown {
  if (typeof module === "object" && module !== null && "default" in module) return module.default;
  throw new Error("it has no default export");
}

function isFunction(given: unknown): given is () => unknown {
  return typeof given === "function";
}
