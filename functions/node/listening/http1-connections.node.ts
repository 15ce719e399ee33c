import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ChurningSet } from "../../../shared/churning-set.ts";
import { limits } from "../../../shared/limits.ts";
import { afterReading } from "./after-reading.node.ts";

/** The connections over HTTP/1.1 of a server, and how they end: their clients are told with an answer, if one is due. */
export class Http1Connections {
  readonly #all = new Set<Socket>();
  readonly #responses = new ChurningSet<ServerResponse>();
  /** Those that end with their next answer. */
  readonly #ending = new WeakSet<Socket>();
  #isLeaving = false;
  #isEndingIdle = false;

  add(socket: Socket): void {
    this.#all.add(socket);
    socket.once("close", () => this.#all.delete(socket));
  }

  /** Lets a response end its connection, if that is to end with it: only so is the client told beforehand. */
  follow(response: ServerResponse, socket: Socket): void {
    response.shouldKeepAlive &&= !this.#isLeaving && !this.#ending.has(socket);
    const forget = this.#responses.add(response);
    response.once("close", () => {
      forget();
      // Its headers may have been sent before.
      if (this.#isEndingIdle) setImmediate(() => this.endIdle());
    });
  }

  /** Ends one with its next answer. */
  endWithAnswer(socket: Socket): void {
    this.#ending.add(socket);
    for (const response of this.#responses) {
      if (response.req.socket === socket) response.shouldKeepAlive = false;
    }
  }

  /** Ends each one with its next answer. */
  takeLeave(): void {
    this.#isLeaving = true;
    for (const response of this.#responses) response.shouldKeepAlive = false;
  }

  /** Ends those that wait for a request, or for the rest of its headers, now and from now on. */
  endIdle(): void {
    this.#isEndingIdle = true;
    const busy = new Set(Array.from(this.#responses, ({ req }) => req.socket));
    for (const socket of this.#all) if (!busy.has(socket)) endOne(socket);
  }
}

/**
 * Whether nothing more is said on it: its client was told of the end, or has ended it. A request that crosses the end is not begun, as
 * nobody would read the answer; clients may make it elsewhere where a connection ends without one.
 */
export function isOver(socket: Socket): boolean {
  return socket.writableEnded;
}

/** What comes still is read: a client that writes to a socket that is closed meets a reset, which it may not take for an end. */
function endOne(socket: Socket): void {
  if (isOver(socket)) return;
  socket.end();
  const callOff = afterReading(limits.lastReadMs, () => socket.destroy());
  socket.once("close", callOff);
}
