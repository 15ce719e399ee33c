import { type FlagSetting, type FlagValues, UsageError } from "../commands/flags.node.ts";

/** Every flag of `hayloft serve`, in the order of the help text. */
export const serveFlags = [
  {
    name: "listen",
    value: "HOST:PORT|unix:PATH|systemd",
    fallback: "127.0.0.1:8980",
    help: "where to listen; port 0 takes any free one, and an empty HOST every address of this machine; a unix socket is for programs of the same user; systemd is for sockets that a socket unit has opened, and holds where there are some",
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
    name: "drain-delay",
    value: "TIME",
    fallback: "0s",
    help: "how long it goes on taking requests when it is told to stop, as 5s, for load balancers that have to see on /readyz that it does",
  },
  {
    name: "log-level",
    value: "debug|info|warn|error",
    fallback: "info",
    help: "what the log on standard error tells: trouble (warn, error), each request as well (info), those that look whether the server is well, too (debug)",
  },
  {
    name: "log-format",
    value: "auto|text|json",
    fallback: "auto: text on a terminal, JSON elsewhere",
    help: "how it tells it: for people, or an object in each line",
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
    name: "stats-header",
    value: "NAME[,NAME]",
    fallback: "none",
    help: "headers whose values the statistics tell apart, as x-ci-job, which Bazel sends by --remote_header",
  },
  {
    name: "access",
    value: "FILE|JSON",
    fallback: "none: everybody who can reach it may do everything",
    help: "who may do what: tokens, CI identities, certificates; see functions/access",
  },
  {
    name: "open",
    value: "yes",
    fallback: "no",
    help: "serve everybody without --access or a token even where other machines can reach it",
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
    name: "trace-endpoint",
    value: "URL",
    fallback: "none: there are no traces; or OTEL_EXPORTER_OTLP_ENDPOINT",
    help: "send traces to a collector there, by OTLP over HTTP, as http://127.0.0.1:4318; see functions/telemetry",
  },
  {
    name: "trace-ratio",
    value: "N",
    fallback: "0.01; or OTEL_TRACES_SAMPLER",
    help: "how many of the requests are traced, from 0 to 1, beside those whose callers trace them",
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
  {
    name: "tls-client-ca",
    value: "FILE",
    fallback: "none: clients are not asked for certificates",
    help: "the authorities, in PEM, whose certificates tell who a client is; without --access, who has one may read and write",
  },
] as const;

export type Flag = (typeof serveFlags)[number]["name"];

/** Where the rest is said; it may be repeated. */
export const configFlag: FlagSetting<"config"> = {
  name: "config",
  value: "FILE",
  fallback: "none",
  help: "settings in a file, JSON with comments or a TypeScript module; of several, later ones count more; see functions/node/config",
};

/** The environment variable that stands in for a flag. */
export function variableOf(flag: Flag | "config"): string {
  return `HAYLOFT_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** Who comes in is told by these: a secret that was not there must not leave a server open. */
const neverEmpty: ReadonlySet<Flag> = new Set([
  "access",
  "token-sha256",
  "read-token-sha256",
  "tls-client-ca",
]);

/** What the flags say, and the environment for those that are left out. Throws `UsageError`. */
export function withEnvironment(
  given: FlagValues<Flag>,
  environment: Readonly<Record<string, string | undefined>>,
): FlagValues<Flag> {
  const values: Partial<Record<Flag, string>> = { ...given };
  for (const { name } of serveFlags) {
    const value = environment[variableOf(name)];
    if (value === "" && values[name] === undefined && neverEmpty.has(name)) {
      throw new UsageError(`${variableOf(name)} is empty: give it a value, or unset it`);
    }
    if (value !== undefined && value !== "") values[name] ??= value;
  }
  return values;
}
