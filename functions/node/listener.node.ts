import {
  createServer as createHttp1Server,
  type Server as Http1Server,
  type ServerResponse,
} from "node:http";
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { limits } from "../../shared/limits.ts";
import { SocketHttp2Server } from "../http2/http2-server.node.ts";
import { Nghttp2Server } from "../http2/nghttp2-server.node.ts";
import type { Http2Server, ServerStream } from "../http2/server-stream.node.ts";
import type { ReportError } from "../interceptors/errors.ts";
import type { Front } from "./front.node.ts";
import { sniffProtocol } from "./protocol-sniffer.node.ts";
import { serveRequest } from "./serve-request.node.ts";
import { serveStream } from "./serve-stream.node.ts";

export interface ListenerOptions extends Pick<Front, "handler">, Partial<Omit<Front, "handler">> {
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly report: ReportError;
  readonly http2?: Http2Choice;
  /** `limits`, unless a test has no time. */
  readonly timeouts?: Timeouts;
}

/** The HTTP/2 server of `functions/http2`, or Node's. */
export type Http2Choice = "own" | "node";

export type Timeouts = Pick<typeof limits, "headersTimeoutMs" | "idleTimeoutMs">;

/** One port that speaks HTTP/1.1 and HTTP/2, in the clear (told apart by their first bytes) or over TLS (by ALPN). */
export class Listener {
  readonly #server: Server;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #timeouts: Timeouts;
  readonly #sockets = new Set<Socket>();
  /** Those that have not asked for anything yet, by their client's address: TLS has another socket for the same connection. */
  readonly #silent = new Map<string, Socket>();
  readonly #responses = new Set<ServerResponse>();
  #closing = false;

  constructor({ tls, report, http2 = "own", timeouts = limits, ...front }: ListenerOptions) {
    this.#timeouts = timeouts;
    const { headersTimeoutMs, idleTimeoutMs } = timeouts;
    const http1Timeouts = {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: headersTimeoutMs / 2,
      keepAliveTimeout: idleTimeoutMs,
    };
    this.#http1 = createHttp1Server({ ...http1Options, ...http1Timeouts }, (request, response) => {
      this.#silent.delete(clientOf(request.socket));
      this.#follow(response);
      void serveRequest(request, response, front, report);
    });
    this.#http1.setTimeout(idleTimeoutMs);
    // A server without a port of its own would not watch its connections for slow headers.
    this.#http1.emit("listening");
    const ChosenServer = http2 === "own" ? SocketHttp2Server : Nghttp2Server;
    this.#http2 = new ChosenServer({
      onStream: (stream: ServerStream) => {
        if (front.lane?.take(stream) !== true) void serveStream(stream, front.handler, report);
      },
      // It will be told of the end by a GOAWAY.
      onOpen: (socket) => this.#silent.delete(clientOf(socket)),
      idleTimeoutMs,
      headersTimeoutMs,
    });
    this.#server =
      tls === undefined
        ? createNetServer({ noDelay: true }, (socket) => this.#accept(socket))
        : createTlsServer(
            { ...tls, ...tlsOptions, handshakeTimeout: headersTimeoutMs },
            (socket) => {
              const isHttp2 = socket.alpnProtocol === "h2";
              this.#hand(socket, isHttp2 ? "http2" : "http1");
            },
          );
    this.#server.maxConnections = limits.connections;
    this.#server.on("connection", (socket: Socket) => this.#track(socket));
  }

  /**
   * Resolves the address that it listens on, as `host:port`; with `reusePort`, other threads may listen there too. Throws Node's error
   * where it cannot.
   */
  async listen(
    host: string | undefined,
    port: number,
    { reusePort = false }: { readonly reusePort?: boolean } = {},
  ): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      // Connections that come all at once would wait for a second, or for three, where the system has no place for them.
      const backlog = limits.connections;
      this.#server.listen({ host, port, reusePort, backlog }, () => {
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
    for (const socket of this.#silent.values()) socket.destroy();
    for (const response of this.#responses) response.shouldKeepAlive = false;
    this.#http2.drain();
    await closed;
  }

  /** Breaks every connection that is left. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#http1.close();
  }

  #track(socket: Socket): void {
    const client = clientOf(socket);
    this.#sockets.add(socket);
    this.#silent.set(client, socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#silent.delete(client);
    });
    // A client that vanishes is no news; each request hears of it by its own signal.
    socket.on("error", () => socket.destroy());
    // Nobody reads on when an HTTP/2 session has said its last word, and so nobody hears of the client's.
    socket.once("finish", () => {
      const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
      socket.once("close", () => clearTimeout(timer));
    });
  }

  #accept(socket: Socket): void {
    sniffProtocol(socket, this.#timeouts.headersTimeoutMs, (protocol) => {
      this.#hand(socket, protocol);
    });
  }

  /** Ends the connection with this response once the server is closing: only so is the client told beforehand. */
  #follow(response: ServerResponse): void {
    response.shouldKeepAlive &&= !this.#closing;
    this.#responses.add(response);
    response.once("close", () => {
      this.#responses.delete(response);
      // Its headers may have been sent before.
      if (this.#closing) setImmediate(() => this.#http1.closeIdleConnections());
    });
  }

  #hand(socket: Socket, protocol: "http1" | "http2"): void {
    if (protocol === "http2") this.#http2.accept(socket);
    else this.#http1.emit("connection", socket);
  }
}

const http1Options = {
  maxHeaderSize: limits.headerBytes,
  // Large uploads take as long as they take; those that stall meet the idle timeout.
  requestTimeout: 0,
  noDelay: true,
};

const tlsOptions = {
  ALPNProtocols: ["h2", "http/1.1"],
  noDelay: true,
};

function clientOf({
  remoteAddress,
  remotePort,
}: Pick<Socket, "remoteAddress" | "remotePort">): string {
  return `${remoteAddress}:${remotePort}`;
}

function formatAddress(address: AddressInfo | string | null): string {
  if (address === null || typeof address === "string") return address ?? "nowhere";
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
