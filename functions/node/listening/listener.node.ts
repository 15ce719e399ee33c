import { createServer as createHttp1Server, type Server as Http1Server } from "node:http";
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import { systemClock } from "../../../shared/clock.ts";
import { limits } from "../../../shared/limits.ts";
import { hasExpired, type Peer } from "../../access/caller.ts";
import { certificatePeer } from "../../access/certificate-claims.node.ts";
import { SocketHttp2Server } from "../../http2/http2-server.node.ts";
import { Nghttp2Server } from "../../http2/nghttp2-server.node.ts";
import type { Http2Server, ServerStream } from "../../http2/server-stream.node.ts";
import type { ReportError } from "../../telemetry/report-error.ts";
import type { Front } from "../requests/front.node.ts";
import { serveRequest } from "../requests/serve-request.node.ts";
import { serveStream } from "../requests/serve-stream.node.ts";
import { afterReading } from "./after-reading.node.ts";
import { CertifiedConnections } from "./certified-connections.node.ts";
import { Http1Connections, isOver } from "./http1-connections.node.ts";
import { OpenSockets } from "./open-sockets.node.ts";
import { sniffProtocol } from "./protocol-sniffer.node.ts";
import { contextOptions, type TlsMaterial } from "./tls-material.node.ts";
import { bindSocket } from "./unix-socket.node.ts";

export interface ListenerOptions extends Pick<Front, "handler">, Partial<Omit<Front, "handler">> {
  readonly tls?: TlsMaterial;
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
  readonly #tls: TlsServer | undefined;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #timeouts: Timeouts;
  readonly #serve: (stream: ServerStream, peer: Peer | undefined) => void;
  readonly #sockets = new OpenSockets();
  /** Who is at the other end, where a connection over HTTP/1.1 tells. */
  readonly #peers = new WeakMap<Socket, Peer>();
  readonly #http1Connections = new Http1Connections();
  readonly #certified = new CertifiedConnections();
  #clientCa: string | undefined;
  /** Whether it listens at a unix socket. */
  #isLocal = false;

  constructor({ tls, report, http2 = "own", timeouts = limits, ...front }: ListenerOptions) {
    this.#timeouts = timeouts;
    this.#clientCa = tls?.clientCa;
    const { headersTimeoutMs, idleTimeoutMs } = timeouts;
    const http1Front = { ...front, report };
    const http1Timeouts = {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: headersTimeoutMs / 2,
      keepAliveTimeout: idleTimeoutMs,
    };
    this.#http1 = createHttp1Server({ ...http1Options, ...http1Timeouts }, (request, response) => {
      const { socket } = request;
      if (isOver(socket)) {
        request.resume();
        return;
      }
      const peer = this.#peers.get(socket);
      this.#sockets.hasAsked(socket);
      if (hasExpired(peer, systemClock)) this.#http1Connections.endWithAnswer(socket);
      this.#http1Connections.follow(response, socket);
      void serveRequest(request, response, peer, http1Front);
    });
    this.#http1.setTimeout(idleTimeoutMs);
    // A server without a port of its own would not watch its connections for slow headers.
    this.#http1.emit("listening");
    this.#serve = (stream, peer) => {
      if (front.lane?.take(stream, peer) === true) return;
      void serveStream(stream, front.handler, report, peer);
    };
    const ChosenServer = http2 === "own" ? SocketHttp2Server : Nghttp2Server;
    this.#http2 = new ChosenServer({
      // It will be told of the end by a GOAWAY.
      onOpen: (socket) => this.#sockets.hasAsked(socket),
      idleTimeoutMs,
      headersTimeoutMs,
    });
    this.#tls =
      tls &&
      createTlsServer(
        {
          ...contextOptions(tls),
          ...tlsOptions,
          requestCert: tls.clientCa !== undefined,
          handshakeTimeout: headersTimeoutMs,
        },
        (socket) => this.#acceptTls(socket),
      );
    this.#server =
      this.#tls ?? createNetServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = limits.connections;
    this.#server.on("connection", (socket: Socket) => this.#sockets.add(socket));
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
    return await this.#listen(() => this.#server.listen({ host, port, reusePort, backlog }));
  }

  /** The same at a socket that listens already, of which others keep a copy; at `socketPath`, where it is a unix socket. */
  async listenOn(fd: number, socketPath?: string): Promise<string> {
    this.#isLocal = socketPath !== undefined;
    const address = await this.#listen(() => this.#server.listen({ fd, backlog }));
    return socketPath === undefined ? address : `unix:${socketPath}`;
  }

  /** The same at a unix socket, as `unix:PATH`, for programs of the same user. */
  async listenAt(path: string): Promise<string> {
    this.#isLocal = true;
    return await this.#listen(() => bindSocket(this.#server, { path, backlog }));
  }

  /**
   * Shows another certificate, and asks for those of other authorities, from the next connection on. Where the authorities are others,
   * connections that came with a certificate end when their requests have.
   */
  renewTls(material: TlsMaterial): void {
    this.#tls?.setSecureContext(contextOptions(material));
    if (material.clientCa === this.#clientCa) return;
    this.#clientCa = material.clientCa;
    this.#certified.endAll();
  }

  /** Ends connections over HTTP/1.1 with their next answers, so that their clients go elsewhere; takes new ones still. */
  takeLeave(): void {
    this.#http1Connections.takeLeave();
  }

  /** Takes no more connections and requests; resolves when those under way have ended. */
  async drain(): Promise<void> {
    this.takeLeave();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#sockets.destroySilent();
    this.#http2.drain();
    // Until then, clients may use them once more, and so hear that they end.
    const callOff = afterReading(limits.lastAskMs, () => this.#http1Connections.endIdle());
    await closed;
    callOff();
  }

  /** Breaks every connection that is left. */
  destroy(): void {
    this.#sockets.destroy();
    this.#http1.close();
  }

  async #listen(begin: () => void): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).once("listening", () => {
        this.#server.off("error", reject);
        resolve();
      });
      begin();
    });
    return formatAddress(this.#server.address());
  }

  #accept(socket: Socket): void {
    const peer = this.#isLocal ? localSocket : undefined;
    sniffProtocol(socket, this.#timeouts.headersTimeoutMs, (protocol) => {
      this.#hand(socket, protocol, peer);
    });
  }

  #acceptTls(socket: TLSSocket): void {
    const certificate = socket.getPeerX509Certificate();
    // Who shows none may have a token, or ask for health alone.
    if (certificate !== undefined && !socket.authorized) {
      socket.destroy();
      return;
    }
    const peer = certificate && certificatePeer(certificate);
    this.#hand(socket, socket.alpnProtocol === "h2" ? "http2" : "http1", peer);
  }

  #hand(socket: Socket, protocol: "http1" | "http2", peer: Peer | undefined): void {
    const isCertified = peer?.kind === "certificate";
    if (protocol === "http1") {
      if (peer !== undefined) this.#peers.set(socket, peer);
      if (isCertified) {
        this.#certified.add(socket, () => this.#http1Connections.endWithAnswer(socket));
      }
      this.#http1Connections.add(socket);
      this.#http1.emit("connection", socket);
      return;
    }
    const connection = this.#http2.accept(socket, (stream) => {
      this.#serve(stream, peer);
      // Its client would not connect again by itself.
      if (hasExpired(peer, systemClock)) connection?.drain();
    });
    if (isCertified) this.#certified.add(socket, () => connection?.drain());
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
  // Who shows no certificate may have something else to show.
  rejectUnauthorized: false,
};

/** Connections that come all at once would wait for a second, or for three, where the system has no place for them. */
const backlog = limits.connections;

const localSocket: Peer = { kind: "local-socket" };

function formatAddress(address: AddressInfo | string | null): string {
  if (address === null) return "nowhere";
  if (typeof address === "string") return `unix:${address}`;
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
