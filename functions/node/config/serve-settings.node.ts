import { delimiter } from "node:path";
import { type CommandLine, type FlagValues, UsageError } from "../commands/flags.node.ts";
import { FlagMistake } from "../options/flag-mistake.node.ts";
import { readOptions, type ServeOptions } from "../options/options.node.ts";
import { type Flag, variableOf, withEnvironment } from "../options/serve-flags.node.ts";
import { ConfigError } from "./config-error.node.ts";
import { type FileSettings, readFileSettings } from "./file-settings.node.ts";
import { settingForms } from "./setting-forms.node.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a server is to run with, and who said so. */
export interface ServeSettings {
  readonly options: ServeOptions;
  /** `hayloft.jsonc`, `the environment` and `flags`, with what each of them decides. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** What to say of a mistake that turns up later: where in a file it is. */
  told(mistake: UsageError): string;
}

/** Flags count more than the environment, and that more than files. Throws `UsageError`, with all mistakes that can be found at once. */
export async function readServeSettings(
  { values, every }: Pick<CommandLine<Flag | "config">, "values" | "every">,
  environment: Environment,
): Promise<ServeSettings> {
  const { config: _, ...flags } = values;
  const names = every.config ?? filesIn(environment);
  const files = await readFileSettings(names, environment);
  const given = withEnvironment(flags, environment);
  const told = (error: UsageError): string => wording(error, given, files);
  const options = optionsIn({ ...files.values, ...given }, files.mistakes, told);
  const isFromFiles = given.access === undefined && files.values.access !== undefined;
  // A policy in a file of its own is looked at there.
  const isWatched = isFromFiles && options.accessFrom === undefined;
  return {
    options: isWatched ? { ...options, accessFrom: { kind: "config", files: names } } : options,
    sources: sourcesOf(names, files, { flags, given }),
    told,
  };
}

/** Throws `ConfigError` with everything that is wrong: each mistake is left out to find the next. */
function optionsIn(
  values: FlagValues<Flag>,
  before: readonly string[],
  told: (error: UsageError) => string,
): ServeOptions {
  const mistakes = [...before];
  let left = values;
  for (;;) {
    try {
      const options = readOptions(left);
      if (mistakes.length === 0) return options;
      break;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const isAlone = error instanceof FlagMistake && !error.isConflict;
      // Once something is left out, nobody knows what would have gone together.
      if (isAlone || mistakes.length === 0) mistakes.push(told(error));
      const others = without(left, flagsNamedBy(error));
      if (Object.keys(others).length === Object.keys(left).length) break;
      left = others;
    }
  }
  throw new ConfigError(mistakes);
}

function without(values: FlagValues<Flag>, flags: readonly Flag[]): FlagValues<Flag> {
  const kept: Partial<Record<Flag, string>> = { ...values };
  for (const flag of flags) Reflect.deleteProperty(kept, flag);
  return kept;
}

function flagsNamedBy(error: UsageError): readonly Flag[] {
  if (error instanceof FlagMistake) return [error.flag];
  const flags = [...settingForms.values()].map(({ flag }) => flag);
  return flags.filter((flag) => new RegExp(`--${flag}(?![-a-z])`).test(error.message));
}

/** Throws `UsageError` for a variable that is empty: who comes in may stand in the files that it was to name. */
function filesIn(environment: Environment): readonly string[] {
  const { HAYLOFT_CONFIG: text } = environment;
  if (text === undefined) return [];
  const names = text.split(delimiter).filter((name) => name !== "");
  if (names.length > 0) return names;
  throw new UsageError("HAYLOFT_CONFIG is empty: give it a value, or unset it");
}

/** A mistake in a file is told by its place. */
function wording(error: UsageError, given: FlagValues<Flag>, files: FileSettings): string {
  const placeOf = (flag: Flag): string | undefined =>
    given[flag] === undefined ? files.placeOf(flag) : undefined;
  if (error instanceof FlagMistake) {
    const place = placeOf(error.flag);
    if (place === undefined) return error.message;
    const isShown = error.value !== undefined && !files.isReferred(error.flag);
    const is = isShown ? JSON.stringify(error.value) : "wrong";
    return files.redact(`${place} is ${is}: ${error.remedy}`);
  }
  const places = flagsNamedBy(error).flatMap((flag) => placeOf(flag) ?? []);
  return files.redact(`${error.message}${places.length === 0 ? "" : ` (${places.join("; ")})`}`);
}

/** What each source decides, by the names that it knows settings by. */
function sourcesOf(
  names: readonly string[],
  files: FileSettings,
  { flags, given }: { readonly flags: FlagValues<Flag>; readonly given: FlagValues<Flag> },
): ReadonlyMap<string, readonly string[]> {
  const forms = [...settingForms.values()];
  const decided = names.map((name) => {
    const own = forms.filter(
      ({ flag }) => given[flag] === undefined && files.fileOf(flag) === name,
    );
    return [name, own.map(({ key }) => key)] as const;
  });
  const inEnvironment = forms.filter(({ flag }) => given[flag] !== flags[flag]);
  const inFlags = forms.filter(({ flag }) => flags[flag] !== undefined);
  return new Map([
    ...decided,
    ["the environment", inEnvironment.map(({ flag }) => variableOf(flag))],
    ["flags", inFlags.map(({ flag }) => `--${flag}`)],
  ]);
}
