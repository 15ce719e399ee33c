import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { gone } from "../support/dial.node.ts";
import {
  bytesOfFrame,
  callHeaders,
  type Frame,
  frame,
  headerBlock,
  sessionBytes,
} from "../support/http2-frames.node.ts";
import { pathOf } from "../support/raw-grpc.node.ts";
import { tokens } from "../support/tokens.node.ts";
import { AttackedServer, shapes } from "./attacked-server.node.ts";

const CONNECTIONS = 200;
const TURNS = 10;
const TURN_MS = 50;

const authorization = `Bearer ${tokens.write}`;
const hash = "a".repeat(64);

function callOf(path: string, fields: readonly (readonly [string, string])[] = []): Frame {
  const call = callHeaders(path);
  return { ...call, payload: Buffer.concat([call.payload, headerBlock(fields)]) };
}

/** A client that says something, and then one thing after the other, never to come to an end. */
interface Slow {
  readonly dial: (server: AttackedServer) => Socket;
  readonly beginning: Buffer;
  readonly drop: Buffer;
}

const dial = {
  http1: (server: AttackedServer) => server.dial("http/1.1"),
  http2: (server: AttackedServer) => server.dial("h2"),
  inTheClear: (server: AttackedServer) => server.dialInTheClear(),
};

function overHttp1(beginning: string): Slow {
  return { dial: dial.http1, beginning: Buffer.from(beginning), drop: Buffer.from("x") };
}

function overHttp2(beginning: Buffer, drop: Buffer): Slow {
  return { dial: dial.http2, beginning, drop };
}

const write = pathOf(ByteStream.method.write);
const put = `PUT /cas/${hash} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n`;
const post = `POST ${write} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n`;
const zero = bytesOfFrame(frame("data", { streamId: 1, payload: Buffer.alloc(1) }));

const slow: Readonly<Record<string, Slow>> = {
  "a handshake": {
    dial: dial.inTheClear,
    beginning: Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
    drop: Buffer.alloc(1),
  },
  "a preface": overHttp2(Buffer.from("PRI"), Buffer.alloc(0)),
  "headers over HTTP/1.1": overHttp1(`${put}x-never-ending: `),
  "headers over HTTP/2": overHttp2(
    sessionBytes([{ ...callOf(write), flags: 0 }]),
    bytesOfFrame(frame("continuation", { streamId: 1, payload: headerBlock([["x", "x"]]) })),
  ),
  "a body over HTTP/1.1": overHttp1(`${put}\r\n`),
  "a body over HTTP/1.1, with a token": overHttp1(`${put}authorization: ${authorization}\r\n\r\n`),
  "a body over Connect, with a token": overHttp1(
    `${post}content-type: application/connect+proto\r\nauthorization: ${authorization}\r\n\r\n`,
  ),
  "a message over gRPC": overHttp2(sessionBytes([callOf(write)]), zero),
  "a message over gRPC, with a token": overHttp2(
    sessionBytes([callOf(write, [["authorization", authorization]])]),
    zero,
  ),
};

async function trickle(server: AttackedServer, { dial: open, ...says }: Slow): Promise<void> {
  const sockets = Array.from({ length: CONNECTIONS }, () => open(server));
  const closed = sockets.map(gone);
  await Promise.all(sockets.map((socket) => Promise.race([once(socket, "connect"), gone(socket)])));
  for (const socket of sockets) socket.write(says.beginning);
  for (let turn = 0; turn < TURNS; turn++) {
    await sleep(TURN_MS);
    for (const socket of sockets) if (socket.writable) socket.write(says.drop);
  }
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
}

describe.each(Object.entries(shapes))(
  "over %s, others are served beside many clients",
  (_, shape) => {
    // HTTP/1.1 has one server, whatever the other protocol has.
    const names = Object.keys(slow).filter(
      (name) => shape.http2 === "own" || slow[name]?.dial !== dial.http1,
    );
    it.for(names)("that never finish %s", async (name, { annotate, expect }) => {
      const client = slow[name];
      if (client === undefined) return;
      await using server = await AttackedServer.start(shape);
      await annotate(await server.expectServing(async () => await trickle(server, client), expect));
    });
  },
);
