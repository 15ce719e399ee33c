import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { readSocket } from "../../../functions/http2/socket-reader.node.ts";
import { MIB } from "../../support/bytes.ts";
import { pinned } from "../pinned.node.ts";

const peerProgram = fileURLToPath(new URL("socket-peer.node.ts", import.meta.url));

/** Where somebody else is at the other end of a socket, and by which this process's time is told. */
export interface Peering {
  readonly cores: string | undefined;
  readonly bytes: number;
  readonly cpuMicros: () => number;
}

/** What it takes to send a MiB, in pieces as large as this one. */
export async function sending(piece: Buffer, peering: Peering): Promise<number> {
  return await withPeer("receive", peering, async (socket) => {
    for (let sent = 0; sent < peering.bytes; sent += piece.length) {
      if (!socket.write(piece)) await once(socket, "drain");
    }
  });
}

/** What it takes to receive a MiB. */
export async function receiving(peering: Peering): Promise<number> {
  return await withPeer("send", peering, async (socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let received = 0;
    readSocket(socket, ({ length }) => {
      received += length;
      if (received >= peering.bytes) resolve();
    });
    await promise;
  });
}

async function withPeer(
  role: "send" | "receive",
  { cores, bytes, cpuMicros }: Peering,
  act: (socket: Socket) => Promise<void>,
): Promise<number> {
  const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer = startPeer(role, server.address() as AddressInfo, bytes, cores);
  const [socket] = (await once(server, "connection")) as [Socket];
  const before = cpuMicros();
  await act(socket);
  const micros = cpuMicros() - before;
  socket.destroy();
  server.close();
  await once(peer, "exit");
  return micros / (bytes / MIB);
}

function startPeer(
  role: string,
  { port }: AddressInfo,
  bytes: number,
  cores: string | undefined,
): ChildProcess {
  const command = { file: process.execPath, args: [peerProgram, role, `${port}`, `${bytes}`] };
  const { file, args } = pinned({ ...command, cores });
  return spawn(file, args, { stdio: "inherit" });
}
