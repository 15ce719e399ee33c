import { resolve } from "node:path";
import { mistake } from "./flag-mistake.node.ts";
import { type FlagValues, UsageError } from "./flags.node.ts";
import type { Flag } from "./serve-flags.node.ts";
import type { TlsPaths } from "./tls-files.node.ts";

/** Where a server is found, and what it shows of itself there. */
export interface ListenOptions {
  readonly host: string | undefined;
  readonly port: number;
  /** Set for a unix socket, in place of a host and its port. */
  readonly socketPath: string | undefined;
  readonly tlsFiles: TlsPaths | undefined;
}

/** Throws `UsageError`. */
export function readListen(values: FlagValues<Flag>): ListenOptions {
  const { listen = "127.0.0.1:8980" } = values;
  if (listen.startsWith(SOCKET)) {
    const socketPath = parseSocketPath(listen, values);
    return { host: undefined, port: 0, socketPath, tlsFiles: undefined };
  }
  return { ...parseAddress(listen), socketPath: undefined, tlsFiles: tlsFilesOf(values) };
}

/** Whether only this machine can reach it. */
export function isLocal({ host, socketPath }: ListenOptions): boolean {
  if (socketPath !== undefined || host === "localhost" || host === "::1") return true;
  return host?.startsWith("127.") === true;
}

function parseAddress(text: string): Pick<ListenOptions, "host" | "port"> {
  const match = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]*)):(?<port>[0-9]{1,5})$/.exec(
    text,
  );
  const port = Number(match?.groups?.["port"] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw mistake("listen", text, "give HOST:PORT, as 127.0.0.1:8980 or [::1]:8980, or unix:PATH");
  }
  const host = match.groups?.["ipv6"] ?? match.groups?.["host"];
  return { host: host === "" ? undefined : host, port };
}

const SOCKET = "unix:";

/** What systems have room for, the smallest of them. */
const MAX_SOCKET_PATH_BYTES = 103;

function parseSocketPath(text: string, values: FlagValues<Flag>): string {
  const { workers = "1", "tls-cert": cert } = values;
  const path = resolve(text.slice(SOCKET.length));
  if (text === SOCKET || Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw mistake("listen", text, `give unix:PATH with at most ${MAX_SOCKET_PATH_BYTES} bytes`);
  }
  if (cert !== undefined)
    throw mistake("listen", text, "a socket has no TLS; leave --tls-cert out");
  if (workers !== "1")
    throw mistake("listen", text, "a socket has one thread; leave --workers out");
  return path;
}

function tlsFilesOf(values: FlagValues<Flag>): TlsPaths | undefined {
  const { "tls-cert": cert, "tls-key": key, "tls-client-ca": clientCa } = values;
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined && key === undefined) {
    throw new UsageError("--tls-client-ca needs --tls-cert FILE and --tls-key FILE beside it");
  }
  if (cert === undefined) throw new UsageError("--tls-key needs --tls-cert FILE beside it");
  if (key === undefined) throw new UsageError("--tls-cert needs --tls-key FILE beside it");
  return { cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
}
