import { resolve } from "node:path";
import type { FlagValues } from "../commands/flags.node.ts";
import type { Flag } from "../options/serve-flags.node.ts";
import { ConfigError } from "./config-error.node.ts";
import { type ConfigFile, readConfigFile } from "./config-file.node.ts";
import { flagText } from "./flag-text.ts";
import { withKeyFiles } from "./key-files.ts";
import { merge } from "./merge.ts";
import { ReferenceResolver } from "./resolve-references.node.ts";
import { type SchemaMistake, schemaMistakes } from "./schema-mistakes.node.ts";
import { keyOf, settingForms } from "./setting-forms.node.ts";
import { type Fields, type Path, pathText, valueAt } from "./value.ts";

/** What configuration files say together. */
export interface FileSettings {
  /** As their flags have it; what has a mistake is left out. */
  readonly values: FlagValues<Flag>;
  /** With the place of each. */
  readonly mistakes: readonly string[];
  /** `hayloft.jsonc:3:5: size`, for a setting that the files have. */
  placeOf(flag: Flag): string | undefined;
  /** The file that decides a setting. */
  fileOf(flag: Flag): string | undefined;
  /** Whether a setting, or a part of it, was taken from elsewhere, and is not to be shown. */
  isReferred(flag: Flag): boolean;
  /** A text without anything that was taken from elsewhere. */
  redact(text: string): string;
}

/** Reads files, of which each counts more than those before it. Throws `ConfigError` where one is none. */
export async function readFileSettings(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FileSettings> {
  const files = await readAll(names);
  const merged = merge(files.map(({ fields }) => fields));
  const fileAt = (path: Path): ConfigFile | undefined => lastWith(files, path);
  const folderOf = (path: Path): string => fileAt(path)?.folder ?? process.cwd();
  const references = new ReferenceResolver({ environment, folderOf });
  const fields = Object.fromEntries(
    await Promise.all(
      Object.entries(merged).map(
        async ([key, value]) => [key, await references.resolve(value, [key])] as const,
      ),
    ),
  );
  const others = apartFrom(references.mistakes, schemaMistakes(fields));
  const keys = Object.keys(merged);
  const found = [...references.mistakes, ...others].toSorted(
    (one, other) => keys.indexOf(String(one.at[0])) - keys.indexOf(String(other.at[0])),
  );
  const told = ({ at, text }: SchemaMistake): string =>
    `${fileAt(at)?.place(at) ?? names.join(", ")}: ${pathText(at)}: ${text}`;
  const wrong = new Set(found.map(({ at }) => at[0]));
  return {
    values: valuesOf(fields, wrong, folderOf),
    mistakes: found.map((mistake) => references.redacted(told(mistake))),
    placeOf: (flag) => {
      const path = [keyOf(flag)];
      if (valueAt(merged, path) === undefined) return undefined;
      return `${fileAt(path)?.place(path)}: ${keyOf(flag)}`;
    },
    fileOf: (flag) =>
      valueAt(merged, [keyOf(flag)]) === undefined ? undefined : fileAt([keyOf(flag)])?.name,
    isReferred: (flag) => references.taken.some(({ at }) => at[0] === keyOf(flag)),
    redact: (text) => references.redacted(text),
  };
}

/** All files have to be read before their mistakes are told, so that none hides another's. */
async function readAll(names: readonly string[]): Promise<readonly ConfigFile[]> {
  const outcomes = await Promise.allSettled(names.map(readConfigFile));
  const mistakes = outcomes.flatMap((outcome) => {
    if (outcome.status === "fulfilled") return [];
    if (outcome.reason instanceof ConfigError) return outcome.reason.mistakes;
    throw outcome.reason;
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** The file whose word counts at a place, or else around it. */
function lastWith(files: readonly ConfigFile[], path: Path): ConfigFile | undefined {
  const file = files.findLast(({ fields }) => {
    const value = valueAt(fields, path);
    return value !== undefined && value !== null;
  });
  return file ?? (path.length === 0 ? undefined : lastWith(files, path.slice(0, -1)));
}

/** What is not there because a reference leads nowhere is one mistake, and not two. */
function apartFrom(
  references: readonly SchemaMistake[],
  mistakes: readonly SchemaMistake[],
): readonly SchemaMistake[] {
  const isWithin = (one: Path, other: Path): boolean => other.every((part, n) => part === one[n]);
  return mistakes.filter(
    ({ at }) => !references.some((missing) => isWithin(at, missing.at) || isWithin(missing.at, at)),
  );
}

function valuesOf(
  fields: Fields,
  wrong: ReadonlySet<unknown>,
  folderOf: (path: Path) => string,
): FlagValues<Flag> {
  const values: Partial<Record<Flag, string>> = {};
  for (const { key, flag, isPath } of settingForms.values()) {
    const value = fields[key];
    if (value === undefined || wrong.has(key)) continue;
    const found = (path: string): string => resolve(folderOf([key]), path);
    const text = flagText(key, key === "access" ? withKeyFiles(value, found) : value);
    values[flag] = isPath ? pathFrom(text, found) : socketFrom(text, found);
  }
  return values;
}

/** A path in a file is found from where the file is. JSON in its place is none. */
function pathFrom(text: string, found: (path: string) => string): string {
  return text.trimStart().startsWith("{") ? text : found(text);
}

const SOCKET = "unix:";

function socketFrom(text: string, found: (path: string) => string): string {
  const isSocket = text.startsWith(SOCKET) && text !== SOCKET;
  return isSocket ? SOCKET + found(text.slice(SOCKET.length)) : text;
}
