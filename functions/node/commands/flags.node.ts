import { parseArgs } from "node:util";

/** A mistake of whoever started the program: one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface FlagSetting<Name extends string = string> {
  readonly name: Name;
  /** What it takes, as `FILE`; left out where it takes nothing, and stands for a yes. */
  readonly value?: string;
  /** Whether an empty value means something. */
  readonly mayBeEmpty?: true;
  /** What holds without it, in words. */
  readonly fallback: string;
  readonly help: string;
}

export type FlagValues<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** What was asked for behind the name of a command. */
export interface CommandLine<Name extends string> {
  readonly help: boolean;
  readonly version: boolean;
  /** What is no flag, such as a URL. */
  readonly words: readonly string[];
  readonly values: FlagValues<Name>;
  /** The same, with all that came before: for flags that may be repeated. */
  readonly every: Readonly<Partial<Record<Name, readonly string[]>>>;
}

/** Reads the command line of a command that has these flags. Throws `UsageError`. */
export function readFlags<Name extends string>(
  args: readonly string[],
  flags: readonly FlagSetting<Name>[],
): CommandLine<Name> {
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(
        flags.map(({ name, value }) => [
          name,
          { type: value === undefined ? "boolean" : "string" } as const,
        ]),
      ),
      help: { type: "boolean", short: "h" },
      version: { type: "boolean" },
    },
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const values: Partial<Record<Name, string>> = {};
  const every: Partial<Record<Name, readonly string[]>> = {};
  const asked = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "version") {
      asked.add(token.name);
      continue;
    }
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined) throw new UsageError(`unknown flag ${token.rawName}; see --help`);
    const value = valueOf(token, flag);
    values[flag.name] = value;
    every[flag.name] = [...(every[flag.name] ?? []), value];
  }
  return { help: asked.has("help"), version: asked.has("version"), words, values, every };
}

function valueOf(
  { rawName, value }: { readonly rawName: string; readonly value: string | undefined },
  flag: FlagSetting,
): string {
  if (flag.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return "yes";
  }
  if (value === undefined || (value === "" && flag.mayBeEmpty !== true)) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value}`);
  }
  return value;
}

/** Throws `UsageError` where there is anything beside the flags. It is not repeated, as it may be a token whose flag is missing. */
export function refuseWords({ length }: readonly string[]): void {
  if (length > 0) throw new UsageError("a word stands where only flags may; see --help");
}

/** The one word beside the flags, which the help text calls `name`. Throws `UsageError`. */
export function onlyWord([word, ...others]: readonly string[], name: string): string {
  refuseWords(others);
  if (word === undefined) throw new UsageError(`${name} is missing; see --help`);
  return word;
}
