import {
  constants,
  createServer,
  type Http2Server as NodeHttp2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { limits } from "../../shared/limits.ts";
import { hasLostPeer } from "./lost-peer.node.ts";
import { Nghttp2Stream } from "./nghttp2-stream.node.ts";
import type { Http2Connection, Http2Options, Http2Server, OnStream } from "./server-stream.node.ts";

/** How often it is looked whether a client is still there. */
const SWEEP_MS = 5000;

/** HTTP/2 as Node brings it along. */
export class Nghttp2Server implements Http2Server {
  readonly #options: Http2Options;
  readonly #server: NodeHttp2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  #isDraining = false;

  constructor(options: Http2Options) {
    this.#options = options;
    this.#server = createServer(serverOptions);
  }

  accept(socket: Socket, onStream: OnStream): Http2Connection | undefined {
    let connection: Http2Connection | undefined;
    const begin = (session: ServerHttp2Session): void => {
      this.#watch(session, socket, onStream);
      connection = { drain: () => session.close() };
    };
    // The session of a connection begins at once, or never.
    this.#server.once("session", begin);
    this.#server.emit("connection", socket);
    this.#server.off("session", begin);
    return connection;
  }

  drain(): void {
    this.#isDraining = true;
    for (const session of this.#sessions) session.close();
  }

  #watch(session: ServerHttp2Session, socket: Socket, onStream: OnStream): void {
    const { onOpen, idleTimeoutMs } = this.#options;
    this.#sessions.add(session);
    session.on("stream", (stream: ServerHttp2Stream, headers) => {
      stream.setTimeout(idleTimeoutMs, () => stream.close(constants.NGHTTP2_CANCEL));
      onStream(new Nghttp2Stream(stream, headers));
    });
    session.once("remoteSettings", () => onOpen(socket));
    // Node does not read while it writes, and over TLS it may never hear that a write has failed.
    const sweep = setInterval(() => {
      if (hasLostPeer(socket)) socket.destroy();
    }, SWEEP_MS);
    sweep.unref();
    session.once("close", () => {
      clearInterval(sweep);
      this.#sessions.delete(session);
    });
    session.on("error", () => session.destroy());
    session.setLocalWindowSize(limits.connectionWindowBytes);
    session.setTimeout(idleTimeoutMs, () => session.close());
    if (this.#isDraining) session.close();
  }
}

const serverOptions = {
  settings: {
    initialWindowSize: limits.streamWindowBytes,
    maxConcurrentStreams: limits.connectionStreams,
    maxHeaderListSize: limits.headerBytes,
  },
  maxSessionMemory: limits.sessionMemoryMib,
  streamResetBurst: limits.streamResetBurst,
  streamResetRate: limits.streamResetsPerSecond,
};
