import { tmpdir } from "node:os";
import { UsageError } from "../../functions/node/commands/flags.node.ts";
import { parseFlags } from "../support/parse-flags.node.ts";

/** Hayloft with flags of its own, in a column of its own. */
interface Variant {
  readonly name: string;
  readonly flags: readonly string[];
}

export interface BenchOptions {
  readonly quick: boolean;
  readonly only: RegExp;
  readonly warmUps: number;
  readonly rounds: number;
  readonly mostRounds: number;
  readonly seconds: number;
  /** Names, in lower case; all if left out. */
  readonly servers: readonly string[] | undefined;
  readonly flags: readonly string[];
  readonly variants: readonly Variant[];
  readonly cores: boolean;
  readonly profile: boolean;
  readonly write: boolean;
  readonly folder: string;
}

const serverNames = ["hayloft", "bazel-remote", "bb-storage"];

export const benchHelp = `npm run bench: Hayloft beside bazel-remote and bb-storage, or what --of says

  --of store             the disk store alone, beside plain files, in --folder FOLDER
  --of edge              what calls cost the Worker on Cloudflare; --against FILE beside a program that --save FILE kept
  --of machine           what the system and hashes take of a MiB at least, whatever a server makes of it; in --folder FOLDER
  --of builds            how long Bazel takes to build Abseil again from each server's cache
  --quick                less work and shorter runs: under two minutes
  --only REGEX           only work whose name matches, as "Read|GET"
  --rounds N             of each measurement; medians of them are told. Up to thrice as many where rates
                         differ a lot between them, but not with --quick
  --seconds N            of each run
  --servers NAME,NAME    among ${serverNames.join(", ")}
  --hayloft-flags "..."  flags of \`hayloft serve\` for Hayloft's column
  --variants "NAME=FLAGS;NAME=FLAGS"
                         more columns, each Hayloft with these flags
  --cores                measure one core against all of them instead
  --profile              say where Hayloft's time goes in each work instead
  --write                write test/bench/RESULTS.md and results.svg
  --folder FOLDER        where the servers keep what they store
`;

/** Throws `UsageError`. `undefined` if help was asked for. */
export function readBenchOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { quick, profile } = values;
  const rounds = parseCount("rounds", values.rounds, quick || profile ? 2 : 3);
  return {
    quick,
    only: parseOnly(values.only),
    warmUps: quick ? 1 : 4,
    rounds,
    mostRounds: quick ? rounds : 3 * rounds,
    seconds: parseCount("seconds", values.seconds, quick ? 1 : 2),
    servers: parseServers(values.servers),
    flags: wordsOf(values["hayloft-flags"] ?? ""),
    variants: (values.variants ?? "")
      .split(";")
      .filter((text) => text !== "")
      .map(parseVariant),
    cores: values.cores,
    profile,
    write: values.write,
    folder: values.folder,
  };
}

function parse(args: readonly string[]) {
  return parseFlags(joined(args), {
    of: { type: "string", default: "servers" },
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    servers: { type: "string" },
    "hayloft-flags": { type: "string" },
    variants: { type: "string" },
    cores: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    folder: { type: "string", default: tmpdir() },
    help: { type: "boolean", default: false },
  });
}

/** Flags of Hayloft begin with dashes themselves: such a value is only taken behind an equals sign. */
function joined(args: readonly string[]): string[] {
  const at = args.indexOf("--hayloft-flags");
  const value = args[at + 1];
  if (at === -1 || value === undefined) return [...args];
  return [...args.slice(0, at), `--hayloft-flags=${value}`, ...args.slice(at + 2)];
}

function parseOnly(text: string): RegExp {
  try {
    return new RegExp(text, "i");
  } catch {
    throw new UsageError(`--only is ${JSON.stringify(text)}: give a regular expression`);
  }
}

function parseCount(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} is ${JSON.stringify(text)}: give a number from 1 to 999`);
}

function parseServers(text: string | undefined): readonly string[] | undefined {
  const names = text?.toLowerCase().split(",");
  const unknown = names?.find((name) => !serverNames.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(
    `--servers has ${JSON.stringify(unknown)}: give some of ${serverNames.join(", ")}`,
  );
}

function parseVariant(text: string): Variant {
  const { name, flags } = /^(?<name>[^=]+?) *=(?<flags>.+)$/.exec(text.trim())?.groups ?? {};
  if (name !== undefined && flags !== undefined) return { name, flags: wordsOf(flags) };
  throw new UsageError(`--variants has ${JSON.stringify(text)}: give NAME=FLAGS`);
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
