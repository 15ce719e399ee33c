import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection to `HOST:PORT` that may break at any time. */
export function dial(address: string): Socket {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  return socket.on("error", () => socket.destroy());
}

/** The same, once it is there. */
export async function connected(address: string): Promise<Socket> {
  const socket = dial(address);
  await once(socket, "connect");
  return socket;
}

/** Resolves when a connection is gone, in whatever way. */
export async function gone(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}
