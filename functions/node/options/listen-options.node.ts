import { isDeepStrictEqual } from "node:util";
import { resolve } from "node:path";
import { type FlagValues, UsageError } from "../commands/flags.node.ts";
import { countPassedSockets, passedSockets } from "../listening/passed-sockets.node.ts";
import type { TlsPaths } from "../listening/tls-files.node.ts";
import { conflict, mistake } from "./flag-mistake.node.ts";
import type { Flag } from "./serve-flags.node.ts";

/** Where a server is found, and what it shows of itself there. */
export interface ListenOptions {
  readonly host: string | undefined;
  readonly port: number;
  /** Set for a unix socket, in place of a host and its port. */
  readonly socketPath: string | undefined;
  /** Of sockets that listen there already, opened by whoever started this process: one for each thread that serves. */
  readonly passedFds: readonly number[];
  readonly tlsFiles: TlsPaths | undefined;
}

/** Throws `UsageError`. */
export function readListen(values: FlagValues<Flag>): ListenOptions {
  const passed = countPassedSockets(process.env);
  const { listen = passed > 0 ? PASSED : "127.0.0.1:8980" } = values;
  if (listen === PASSED) return passedListen(passed, values);
  if (passed > 0) {
    throw mistake(
      "listen",
      listen,
      `a socket was passed to this process, which nobody would listen at; give ${PASSED}, or take the socket unit away`,
    );
  }
  if (listen.startsWith(SOCKET)) return socketListen(parseSocketPath(listen), listen, values);
  return {
    ...parseAddress(listen),
    socketPath: undefined,
    passedFds: [],
    tlsFiles: tlsFilesOf(values),
  };
}

/** In place of an address: sockets that systemd has opened. */
const PASSED = "systemd";

function passedListen(count: number, values: FlagValues<Flag>): ListenOptions {
  const [first, ...others] = passedSockets(count);
  if (first === undefined) {
    throw mistake(
      "listen",
      PASSED,
      "no socket was passed to this process; start it by a systemd socket unit, or give HOST:PORT",
    );
  }
  const { fd, at } = first;
  if ("socketPath" in at) {
    if (others.length > 0)
      throw mistake("listen", PASSED, "pass one unix socket, and nothing else");
    return { ...socketListen(at.socketPath, PASSED, values), passedFds: [fd] };
  }
  const { workers = "1" } = values;
  const isShared = others.every(({ at: other }) => isDeepStrictEqual(other, at));
  if (!isShared || String(count) !== workers) {
    throw mistake(
      "listen",
      PASSED,
      `--workers ${workers} takes ${workers} sockets of one address, and this process was passed ${count}; ` +
        "name the address in as many lines ListenStream=, with ReusePort=yes",
    );
  }
  const passedFds = [fd, ...others.map((other) => other.fd)];
  return { ...at, socketPath: undefined, passedFds, tlsFiles: tlsFilesOf(values) };
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
    throw mistake(
      "listen",
      text,
      "give HOST:PORT, as 127.0.0.1:8980 or [::1]:8980, unix:PATH or systemd",
    );
  }
  const host = match.groups?.["ipv6"] ?? match.groups?.["host"];
  return { host: host === "" ? undefined : host, port };
}

const SOCKET = "unix:";

/** What systems have room for, the smallest of them. */
const MAX_SOCKET_PATH_BYTES = 103;

function parseSocketPath(text: string): string {
  const path = resolve(text.slice(SOCKET.length));
  if (text === SOCKET || Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw mistake("listen", text, `give unix:PATH with at most ${MAX_SOCKET_PATH_BYTES} bytes`);
  }
  return path;
}

function socketListen(socketPath: string, text: string, values: FlagValues<Flag>): ListenOptions {
  const { workers = "1", "tls-cert": cert } = values;
  if (cert !== undefined)
    throw conflict("listen", text, "a socket has no TLS; leave --tls-cert out");
  if (workers !== "1")
    throw conflict("listen", text, "a socket has one thread; leave --workers out");
  return { host: undefined, port: 0, socketPath, passedFds: [], tlsFiles: undefined };
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
