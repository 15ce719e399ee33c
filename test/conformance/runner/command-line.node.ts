import { parseArgs } from "node:util";
import type { Protocol } from "../target.ts";

/** A mistake of whoever started the suite, in one line that says what to do. */
export class UsageError extends Error {}

/** What to check, of which server. */
export interface Run {
  readonly baseUrl: string;
  readonly httpUrl: string | false;
  readonly protocols: readonly Protocol[];
  readonly httpVersion: "1.1" | "2";
  readonly onlyInstance: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  readonly readToken: string | undefined;
  /** A file of certificates to trust beside the system's. */
  readonly ca: string | undefined;
  /** Numbers of checks or of whole sections; everything, if there are none. */
  readonly only: readonly string[];
  readonly timeoutMs: number;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

export type Command = "help" | "write results" | Run;

export const helpText = `Checks a Remote Execution API cache by what it answers, number by number.

usage: npm run conformance -- --url URL [flags]

  --url URL             where its RPCs are: grpc://HOST:PORT, or grpcs:// for TLS
  --http URL            where its HTTP cache is, as http://HOST:PORT, if it has one
  --protocol LIST       of grpc, connect and grpc-web; grpc, if left out
  --http-version 1.1    for servers that speak Connect and gRPC-Web over no other
  --instance NAME       the one instance that it has; left out, the checks make up names of their own
  --token TOKEN         what every request shows, as a bearer token
  --read-token TOKEN    one that only lets read: beside --token, it adds the checks of who may do what
  --header 'NAME: VALUE'  something else that every request shows; may be repeated
  --ca FILE             certificates in PEM to trust beside the system's
  --only LIST           numbers of checks or sections, as 11.3,12
  --timeout SECONDS     how long one check may take; 20, if left out
  --json FILE           writes the results there, too
  --markdown FILE       the same as a table to read
  --help

It writes random blobs and results of made-up actions, and takes nothing away. The exit code is 1 if the server fails a check
that the API says it must pass (tag M), and 2 if there was nothing to check.

To write what Hayloft itself declares into test/conformance/RESULTS.md and the README: npm run conformance -- --write-results
`;

const flags = {
  url: { type: "string" },
  http: { type: "string" },
  protocol: { type: "string", default: "grpc" },
  "http-version": { type: "string", default: "2" },
  instance: { type: "string" },
  token: { type: "string" },
  "read-token": { type: "string" },
  header: { type: "string", multiple: true },
  ca: { type: "string" },
  only: { type: "string", default: "" },
  timeout: { type: "string", default: "20" },
  json: { type: "string" },
  markdown: { type: "string" },
  "write-results": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>["values"];

/** Throws `UsageError`. */
export function readCommandLine(args: readonly string[]): Command {
  const values = parse(args);
  if (values.help) return "help";
  if (values["write-results"]) return "write results";
  if (values.url === undefined) {
    throw new UsageError("give the server with --url, as --url grpc://127.0.0.1:8980; see --help");
  }
  const { token, instance: onlyInstance, ca, json, markdown } = values;
  return {
    baseUrl: readUrl("url", values.url),
    httpUrl: values.http === undefined ? false : readUrl("http", values.http),
    protocols: listOf(values.protocol).map(readProtocol),
    httpVersion: readHttpVersion(values["http-version"]),
    onlyInstance,
    headers: Object.fromEntries((values.header ?? []).map(readHeader)),
    token,
    readToken: values["read-token"],
    ca,
    only: listOf(values.only),
    timeoutMs: readSeconds(values.timeout) * 1000,
    json,
    markdown,
  };
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message}; see --help`, { cause: error });
  }
}

function listOf(text: string): readonly string[] {
  return text.split(",").filter((part) => part !== "");
}

/** A URL of the schemes that Node's clients know, without a slash at its end. */
function readUrl(flag: string, text: string): string {
  const url = text.replace(/^grpc(?<tls>s?):\/\//, "http$<tls>://").replace(/\/$/, "");
  if (URL.canParse(url) && /^https?:\/\/[^/?#]+$/.test(url)) return url;
  throw new UsageError(
    `--${flag} is ${text}; give grpc://HOST:PORT or http://HOST:PORT, or grpcs:// and https:// for TLS`,
  );
}

function readProtocol(text: string): Protocol {
  const protocol = (["grpc", "connect", "grpc-web"] as const).find((name) => name === text);
  if (protocol !== undefined) return protocol;
  throw new UsageError(`--protocol names ${text}; give some of grpc,connect,grpc-web`);
}

function readHttpVersion(text: string): Run["httpVersion"] {
  if (text === "1.1" || text === "2") return text;
  throw new UsageError(`--http-version is ${text}; give 1.1 or 2`);
}

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value];
  throw new UsageError(`--header is ${text}; give it as 'NAME: VALUE'`);
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 600) return seconds;
  throw new UsageError(`--timeout is ${text}; give it in seconds, as 20, and at most 600`);
}
