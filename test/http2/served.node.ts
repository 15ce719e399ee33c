import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { SocketHttp2Server } from "../../functions/http2/http2-server.node.ts";
import type { Http2Options, ServerStream } from "../../functions/http2/server-stream.node.ts";
import { FrameClient } from "../support/frame-client.node.ts";

export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly http2: SocketHttp2Server;
  readonly server: Server;
  /** The sockets of clients that have said hello. */
  readonly opened: ReadonlySet<Socket>;
  /** A client that has greeted the server. */
  readonly client: () => Promise<FrameClient>;
}

/** Our HTTP/2 on a port of this machine, with what a test does with streams, and with sockets before they are accepted. */
export async function serve(
  onStream: (stream: ServerStream) => void = echo,
  options: Partial<Http2Options> = {},
  meet: (socket: Socket, accept: () => void) => void = (_, accept) => accept(),
): Promise<Served> {
  const opened = new Set<Socket>();
  const sockets = new Set<Socket>();
  const http2 = new SocketHttp2Server({
    onOpen: (socket) => opened.add(socket),
    idleTimeoutMs: 60_000,
    ...options,
  });
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    meet(socket, () => http2.accept(socket, onStream));
  });
  const port = await portOf(server);
  return {
    port,
    http2,
    server,
    opened,
    client: async () => await FrameClient.open(port),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The port of this machine that a server listens on from now on. */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Answers with what it was sent, once it has all of it. */
export function echo(stream: ServerStream): void {
  const pieces: Buffer[] = [];
  stream.receive({
    data: (bytes) => {
      pieces.push(Buffer.from(bytes));
      stream.release(bytes.byteLength);
    },
    end: () => {
      stream.respond({ ":status": "200", "content-type": "text/plain" });
      stream.write(pieces);
      stream.end({ "grpc-status": "0" });
    },
    close: () => {},
  });
}
