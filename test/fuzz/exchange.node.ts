import type { Socket } from "node:net";
import { dial, gone } from "../support/dial.node.ts";

/** Connects, sends `bytes`, and takes what comes until the server closes or says nothing for `patienceMs`. */
export async function exchange(address: string, bytes: Buffer, patienceMs = 40): Promise<Buffer> {
  const socket = dial(address);
  socket.once("connect", () => socket.write(bytes));
  return await lastWords(socket, patienceMs);
}

/** All that comes on a connection until it closes or is silent for `patienceMs`. */
export async function lastWords(socket: Socket, patienceMs = 40): Promise<Buffer> {
  const words: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => words.push(chunk));
  socket.setTimeout(patienceMs, () => socket.destroy());
  await gone(socket);
  return Buffer.concat(words);
}
