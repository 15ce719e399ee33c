import { createServer as createHttp1Server, type Server as Http1Server } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { limits } from "../../shared/limits.ts";
import type { ReportError } from "../interceptors/errors.ts";
import { sniffProtocol } from "./protocol-sniffer.node.ts";
import { serveRequest } from "./serve-request.node.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly handler: UniversalHandlerFn;
  readonly report: ReportError;
}

/** One port that speaks HTTP/1.1 and HTTP/2, in the clear (told apart by their first bytes) or over TLS (by ALPN). */
export class Listener {
  readonly #server: Server;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closing = false;

  constructor({ tls, handler, report }: Omit<ListenOptions, "host" | "port">) {
    this.#http1 = createHttp1Server(http1Options, (request, response) => {
      if (this.#closing) response.shouldKeepAlive = false;
      void serveRequest(request, response, handler, report);
    });
    this.#http1.keepAliveTimeout = limits.idleTimeoutMs;
    this.#http1.setTimeout(limits.idleTimeoutMs);
    // A server without a port of its own would not watch its connections for slow headers.
    this.#http1.emit("listening");
    this.#http2 = createHttp2Server(http2Options, (request, response) => {
      request.stream.setTimeout(limits.idleTimeoutMs, () => request.stream.close());
      void serveRequest(request, response, handler, report);
    });
    this.#http2.on("session", (session) => this.#watch(session));
    this.#server =
      tls === undefined
        ? createNetServer({ noDelay: true }, (socket) => this.#accept(socket))
        : createTlsServer({ ...tls, ...tlsOptions, noDelay: true }, (socket) => {
            const isHttp2 = socket.alpnProtocol === "h2";
            this.#hand(socket, isHttp2 ? "http2" : "http1");
          });
    this.#server.maxConnections = limits.connections;
    this.#server.on("connection", (socket: Socket) => this.#track(socket));
  }

  /** Resolves the address that it listens on, as `host:port`. Throws Node's error where it cannot. */
  async listen(host: string | undefined, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    return formatAddress(this.#server.address());
  }

  /** Takes no more connections and requests; resolves when those under way have ended. */
  async drain(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#http1.closeIdleConnections();
    for (const session of this.#sessions) session.close();
    await closed;
  }

  /** Breaks every connection that is left. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#http1.close();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    // A client that vanishes is no news; each request hears of it by its own signal.
    socket.on("error", () => socket.destroy());
  }

  #accept(socket: Socket): void {
    sniffProtocol(socket, (protocol) => this.#hand(socket, protocol));
  }

  #hand(socket: Socket, protocol: "http1" | "http2"): void {
    (protocol === "http2" ? this.#http2 : this.#http1).emit("connection", socket);
  }

  #watch(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    session.on("error", () => session.destroy());
    session.setLocalWindowSize(limits.connectionWindowBytes);
    session.setTimeout(limits.idleTimeoutMs, () => session.close());
    if (this.#closing) session.close();
  }
}

const http1Options = {
  maxHeaderSize: limits.headerBytes,
  headersTimeout: limits.headersTimeoutMs,
  // Large uploads take as long as they take; those that stall meet the idle timeout.
  requestTimeout: 0,
  noDelay: true,
};

const http2Options = {
  settings: {
    initialWindowSize: limits.streamWindowBytes,
    maxConcurrentStreams: limits.connectionStreams,
    maxHeaderListSize: limits.headerBytes,
  },
  maxSessionMemory: limits.sessionMemoryMib,
  streamResetBurst: limits.streamResetBurst,
  streamResetRate: limits.streamResetsPerSecond,
};

const tlsOptions = {
  ALPNProtocols: ["h2", "http/1.1"],
  handshakeTimeout: limits.headersTimeoutMs,
};

function formatAddress(address: AddressInfo | string | null): string {
  if (address === null || typeof address === "string") return address ?? "nowhere";
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
