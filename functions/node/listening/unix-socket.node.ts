import { lstat, unlink } from "node:fs/promises";
import { connect, type ListenOptions, type Server } from "node:net";
import { UsageError } from "../commands/flags.node.ts";
import { codeOf } from "../error-code.node.ts";

/** Who else may open a unix socket that this makes: nobody but its user. */
const OTHERS_MASK = 0o177;

/** Listens at a path. Others could connect to a socket whose mode is changed only then. */
export function bindSocket(server: Server, options: ListenOptions): void {
  const mask = process.umask(OTHERS_MASK);
  try {
    server.listen(options);
  } finally {
    process.umask(mask);
  }
}

/** Removes the socket that a server which is gone has left at a path. Throws `UsageError` where something else is there. */
export async function clearSocketPath(path: string): Promise<void> {
  if (!(await isSocket(path))) return;
  const code = await connectTo(path);
  if (code === undefined) {
    throw new UsageError(`unix:${path} is in use; choose another path with --listen`);
  }
  if (code === "ECONNREFUSED") await unlink(path);
}

async function isSocket(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isSocket()) return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw socketTrouble(error, path);
  }
  throw new UsageError(`${path} is there and no socket; choose another path with --listen`);
}

/** `undefined` where somebody answers, and else why nobody does. */
async function connectTo(path: string): Promise<string | undefined> {
  const socket = connect(path);
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => resolve(undefined));
      socket.once("error", (error) => resolve(codeOf(error)));
    });
  } finally {
    socket.destroy();
  }
}

/** Why nobody can listen there, and what to do. */
export function socketTrouble(cause: unknown, path: string): UsageError {
  return new UsageError(
    `cannot listen on unix:${path} (${codeOf(cause)}); choose another path with --listen`,
    { cause },
  );
}
