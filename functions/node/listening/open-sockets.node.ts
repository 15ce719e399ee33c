import type { Socket } from "node:net";
import { limits } from "../../../shared/limits.ts";
import { afterReading } from "./after-reading.node.ts";

/** What tells connections apart: their client's address, for TLS has another socket for the same one, and else the socket itself. */
type ConnectionKey = string | Socket;

/** The connections of a server, as long as they last. */
export class OpenSockets {
  readonly #all = new Set<Socket>();
  /** Those that have not asked for anything yet. */
  readonly #silent = new Map<
    ConnectionKey,
    { readonly socket: Socket; readonly beganMs: number }
  >();

  add(socket: Socket): void {
    const key = keyOf(socket);
    this.#all.add(socket);
    this.#silent.set(key, { socket, beganMs: performance.now() });
    socket.once("close", () => {
      this.#all.delete(socket);
      this.#silent.delete(key);
    });
    // A client that vanishes is no news; each request hears of it by its own signal.
    socket.on("error", () => socket.destroy());
    // Nobody reads on when an HTTP/2 session has said its last word, and so nobody hears of the client's.
    socket.once("finish", () => {
      const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
      socket.once("close", () => clearTimeout(timer));
    });
  }

  /** The connection of this socket, or of the one around it, has asked for something. */
  hasAsked(socket: Socket): void {
    // The key is dear to make, and this comes with every request.
    if (this.#silent.size > 0) this.#silent.delete(keyOf(socket));
  }

  /** Breaks those that have asked for nothing. Who has only just connected may be about to. */
  destroySilent(): void {
    for (const [key, { socket, beganMs }] of this.#silent) {
      const leftMs = beganMs + limits.firstWordMs - performance.now();
      const callOff = afterReading(leftMs, () => {
        if (this.#silent.has(key)) socket.destroy();
      });
      socket.once("close", callOff);
    }
  }

  destroy(): void {
    for (const socket of this.#all) socket.destroy();
  }
}

function keyOf(socket: Socket): ConnectionKey {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress}:${remotePort}`;
}
