import type { Socket } from "node:net";
import { limits } from "../../shared/limits.ts";
import { Connection } from "./connection.node.ts";
import { Patience } from "./patience.node.ts";
import type { Http2Connection, Http2Options, Http2Server, OnStream } from "./server-stream.node.ts";

/** An HTTP/2 server of our own, over sockets that others accept. */
export class SocketHttp2Server implements Http2Server {
  readonly #options: Http2Options;
  readonly #patience: Patience;
  readonly #connections = new Set<Connection>();
  #timer: NodeJS.Timeout | undefined;
  #isDraining = false;

  constructor(options: Http2Options) {
    this.#options = options;
    const { idleTimeoutMs, headersTimeoutMs = limits.headersTimeoutMs } = options;
    this.#patience = new Patience({ idleTimeoutMs, headersTimeoutMs });
  }

  accept(socket: Socket, onStream: OnStream): Http2Connection | undefined {
    if (socket.destroyed) return undefined;
    const { onOpen } = this.#options;
    const onClose = (): void => this.#forget(connection);
    const connection = new Connection(socket, { onStream, onOpen, onClose });
    this.#connections.add(connection);
    this.#timer ??= setInterval(() => this.#sweep(), this.#patience.sweepMs);
    if (this.#isDraining) connection.drain();
    return connection;
  }

  drain(): void {
    this.#isDraining = true;
    for (const connection of this.#connections) connection.drain();
  }

  #sweep(): void {
    for (const connection of this.#connections) connection.sweep(this.#patience);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
