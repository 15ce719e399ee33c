import { parseArgs } from "node:util";

/** A mistake of whoever started the program: one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Every flag of `hayloft serve`, in the order of the help text; `fallback` says in words what holds without it. */
export const flags = [
  {
    name: "listen",
    value: "HOST:PORT",
    fallback: "127.0.0.1:8980",
    help: "where to listen; port 0 takes any free one, and an empty HOST every address of this machine",
  },
  {
    name: "data",
    value: "DIR",
    fallback: "~/.cache/hayloft/data",
    help: "the folder that holds the cache",
  },
  {
    name: "workers",
    value: "N",
    fallback: "1",
    help: "threads that serve, for as many cores, beside one that keeps the store; for --store disk, on Linux and FreeBSD",
  },
  {
    name: "http2",
    value: "own|node",
    fallback: "own",
    help: "which HTTP/2 server: Hayloft's own, or the one that Node brings along, which takes several times as long",
  },
  {
    name: "size",
    value: "SIZE",
    fallback:
      "half of the free disk, at most 32GiB; for memory, a quarter of it; for S3, whatever was used in the last two weeks",
    help: "how much to keep, as 50GiB or 500MB; what is longest out of use goes first, but nothing that was used in the last three hours",
  },
  {
    name: "store",
    value: "disk|memory|s3+dynamodb",
    fallback: "disk",
    help: "where to keep it; a restart empties memory; any number of servers may share S3 and DynamoDB",
  },
  {
    name: "bucket",
    value: "NAME",
    fallback: "none",
    help: "the S3 bucket for --store s3+dynamodb; region and credentials are those of the AWS SDK",
  },
  {
    name: "table",
    value: "NAME",
    fallback: "none",
    help: "the DynamoDB table for --store s3+dynamodb",
  },
  {
    name: "compress-at-rest",
    value: "zstd",
    fallback: "none",
    help: "compress what goes into the S3 bucket, where that saves a tenth; whoever asks for zstd gets it as it is kept",
  },
  {
    name: "device",
    value: "FILE",
    fallback: "a file in the data folder",
    help: "a raw disk for the blobs, as /dev/nvme1n1; whatever is on it is overwritten",
  },
  {
    name: "geometry",
    value: "NAME=N,...",
    fallback: "derived from the size",
    help: "old, current, new and spare blocks, sector bytes, average bytes of a blob and (action-average) of an action result; see shared/adapters/disk",
  },
  {
    name: "reformat",
    value: "yes",
    fallback: "no",
    help: "start empty, as a change of size or geometry needs",
  },
  {
    name: "digest-functions",
    value: "NAME,...",
    fallback: "all but murmur3, and sha256 is the best",
    help: "the digest functions of the Remote Execution API to offer, the best first; with md5, sha1, gitsha1 and murmur3, whoever may write can make two files that have one hash",
  },
  {
    name: "token-sha256",
    value: "HEX[,HEX]",
    fallback: "none: everybody may do everything",
    help: "the SHA-256 of each token that lets clients read and write; printf %s TOKEN | openssl sha256 prints it",
  },
  {
    name: "read-token-sha256",
    value: "HEX[,HEX]",
    fallback: "none",
    help: "the same for tokens that let clients read only",
  },
  {
    name: "tls-cert",
    value: "FILE",
    fallback: "none",
    help: "serve TLS with this certificate chain, in PEM",
  },
  {
    name: "tls-key",
    value: "FILE",
    fallback: "none",
    help: "the certificate's private key, in PEM",
  },
] as const;

export type Flag = (typeof flags)[number]["name"];

/** The environment variable that stands in for a flag. */
export function variableOf(flag: Flag): string {
  return `HAYLOFT_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** What was asked for on the command line. */
export interface CommandLine {
  readonly help: boolean;
  readonly version: boolean;
  /** What stands in front of the flags, such as `serve`. */
  readonly commands: readonly string[];
  readonly values: Readonly<Partial<Record<Flag, string>>>;
}

/** Reads the command line, and the environment for flags that it leaves out. Throws `UsageError`. */
export function readCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(flags.map(({ name }) => [name, { type: "string" } as const])),
      help: { type: "boolean", short: "h" },
      version: { type: "boolean" },
    },
    strict: false,
    tokens: true,
  });
  const commands: string[] = [];
  const values: Partial<Record<Flag, string>> = {};
  const asked = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") commands.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "version") {
      asked.add(token.name);
      continue;
    }
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined) throw new UsageError(`unknown flag ${token.rawName}; see --help`);
    if (token.value === undefined || token.value === "") {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${flag.value}`);
    }
    values[flag.name] = token.value;
  }
  for (const { name } of flags) {
    const value = environment[variableOf(name)];
    if (value !== undefined && value !== "") values[name] ??= value;
  }
  return { help: asked.has("help"), version: asked.has("version"), commands, values };
}
