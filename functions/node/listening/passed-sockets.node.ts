import { readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import { UsageError } from "../commands/flags.node.ts";

/** What systemd says of the sockets that it passes (sd_listen_fds) is for this process, and not for its children. */
export function forgetPassedSockets(): void {
  delete process.env["LISTEN_PID"];
  delete process.env["LISTEN_FDS"];
  delete process.env["LISTEN_FDNAMES"];
}

/** The first descriptor that is passed. */
const FIRST_FD = 3;

/** Where a socket listens that somebody else has opened. */
export type PassedAddress =
  | { readonly host: string; readonly port: number }
  | { readonly socketPath: string };

/** How many sockets were passed to this process: systemd names it, for others inherit its environment. */
export function countPassedSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number = process.pid,
): number {
  const { LISTEN_PID: to = "", LISTEN_FDS: count = "" } = environment;
  return to === String(pid) && /^[0-9]{1,3}$/.test(count) ? Number(count) : 0;
}

/** Where each of them listens. Throws `UsageError` where one does not. */
export function passedSockets(
  count: number,
): readonly { readonly fd: number; readonly at: PassedAddress }[] {
  return Array.from({ length: count }, (_, index) => {
    const fd = FIRST_FD + index;
    const at = addressOf(fd);
    if (at !== undefined) return { fd, at };
    throw new UsageError(
      `descriptor ${fd}, which was passed to this process, is no TCP or unix socket that listens in its network: ` +
        "give the socket unit ListenStream=, without Accept=yes, and the service no PrivateNetwork=",
    );
  });
}

/** Node names the address of a socket only once it takes connections from it; who may come in is decided before. */
function addressOf(fd: number): PassedAddress | undefined {
  const inode = /^socket:\[([0-9]+)\]$/.exec(
    textOf(() => readlinkSync(`/proc/self/fd/${fd}`)),
  )?.[1];
  if (inode === undefined) return undefined;
  return tcpAddress(inode) ?? unixAddress(inode);
}

const LISTENING = "0A";

function tcpAddress(inode: string): PassedAddress | undefined {
  for (const table of ["tcp", "tcp6"]) {
    for (const row of rowsOf(table)) {
      const [, local = "", , state, , , , , , rowInode] = row.trim().split(/\s+/);
      if (rowInode === inode && state === LISTENING) return parseAddress(local);
    }
  }
  return undefined;
}

/** Listens, as the kernel flags it. */
const ACCEPTS = "00010000";

/** Of sockets that are streams. */
const STREAM = "0001";

function unixAddress(inode: string): PassedAddress | undefined {
  for (const row of rowsOf("unix")) {
    const [, , , flags, type, , rowInode, ...path] = row.trim().split(/ +/);
    if (rowInode === inode && flags === ACCEPTS && type === STREAM) {
      return { socketPath: path.join(" ") };
    }
  }
  return undefined;
}

function rowsOf(table: string): readonly string[] {
  return textOf(() => readFileSync(`/proc/self/net/${table}`, "utf8"))
    .split("\n")
    .slice(1);
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

/** `0100007F:2314`: words as this machine keeps them, and a port. */
function parseAddress(text: string): PassedAddress {
  const [hex = "", port = ""] = text.split(":");
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, "hex"));
  const bytes = Buffer.concat(
    endianness() === "LE" ? words.map((word) => word.toReversed()) : words,
  );
  return {
    host: bytes.length === 4 ? bytes.join(".") : ipv6Of(bytes),
    port: Number.parseInt(port, 16),
  };
}

/** In its canonical form, which URLs have. */
function ipv6Of(bytes: Buffer): string {
  const groups = (bytes.toString("hex").match(/.{4}/g) ?? []).join(":");
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}
