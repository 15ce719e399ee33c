// Does what a socket unit of systemd does: opens sockets, and starts the server on them, again and again until the server fails.

import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import { createServer, type ListenOptions, type Server } from "node:net";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../functions/node/main.node.ts", import.meta.url));
const [at = "", count = "1", ...flags] = process.argv.slice(2);

/** Names the process that the sockets are for, as only that one can. */
const START = `echo "process $$"; LISTEN_PID=$$ LISTEN_FDS=${count} exec "$@"`;

async function open(options: ListenOptions): Promise<Server> {
  const server = createServer().listen(options);
  await once(server, "listening");
  return server;
}

async function openAll(): Promise<readonly Server[]> {
  if (at.startsWith("/")) return [await open({ path: at })];
  const place = { host: at, reusePort: count !== "1" };
  const first = await open({ ...place, port: 0 });
  const address = first.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const servers = [first];
  while (servers.length < Number(count)) servers.push(await open({ ...place, port }));
  return servers;
}

/** Node has no word for it. */
function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null && Reflect.get(handle, "fd");
  if (typeof fd !== "number") throw new TypeError("this Node hides the descriptors of its sockets");
  return fd;
}

const sockets = await openAll();
const descriptors = sockets.map(descriptorOf);

// Nothing is awaited from here on, so that connections wait for the server.
let ended: SpawnSyncReturns<Buffer>;
do {
  const args = ["-c", START, "sh", process.execPath, main, "serve", ...flags];
  ended = spawnSync("sh", args, { stdio: ["ignore", "inherit", "inherit", ...descriptors] });
} while (ended.status === 0 || ended.signal === "SIGTERM");
for (const socket of sockets) socket.close();
process.exitCode = ended.status ?? 1;
