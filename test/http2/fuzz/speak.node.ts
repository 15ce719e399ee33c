import { setImmediate } from "node:timers/promises";
import { SocketHttp2Server } from "../../../functions/http2/http2-server.node.ts";
import { Http2Stream } from "../../../functions/http2/stream.node.ts";
import { limits } from "../../../shared/limits.ts";
import { BrokenRule } from "../../fuzz/broken-rule.node.ts";
import type { Random } from "../../fuzz/random.node.ts";
import { bytesOfFrame, type Frame } from "../../support/http2-frames.node.ts";
import { framesIn, Said } from "./conversation.node.ts";
import { MemorySocket } from "./memory-socket.node.ts";
import { type Manner, RecordedStream } from "./recorded-stream.node.ts";
import { checkBacklog, checkBody, checkWindows } from "./rules.node.ts";
import { farewell } from "./script.node.ts";

/** Enough for everything to be said that will be. */
const QUIET_TURNS = 40;

export interface Speech {
  readonly bytes: Buffer;
  readonly random: Random;
  readonly manner: (streamId: number) => Manner;
  readonly chunkBytes: number;
  /** Whether the client stops reading now and then. */
  readonly stalls: boolean;
}

export interface Outcome {
  readonly streams: ReadonlyMap<number, RecordedStream>;
  readonly said: Said;
  readonly answers: readonly Frame[];
}

/** Says it all to a new server, opens the windows at last, and looks after what must hold whatever was said. */
export async function speak(speech: Speech): Promise<Outcome> {
  const { bytes, random, manner } = speech;
  const streams = new Map<number, RecordedStream>();
  const server = new SocketHttp2Server({
    onOpen: () => {},
    idleTimeoutMs: limits.idleTimeoutMs,
  });
  const socket = new MemorySocket();
  server.accept(socket.asSocket, (stream) => {
    if (!(stream instanceof Http2Stream)) throw new BrokenRule("a stream is not ours");
    if (streams.has(stream.id)) throw new BrokenRule(`stream ${stream.id} began twice`);
    streams.set(stream.id, new RecordedStream(stream, manner(stream.id), random));
  });
  await setImmediate();
  await say(bytes, socket, speech);
  checkWindows(new Said(bytes), framesIn(socket.written));
  const all = Buffer.concat([bytes, ...farewell().map(bytesOfFrame)]);
  await say(all.subarray(bytes.byteLength), socket, speech);
  const said = new Said(all);
  const answers = framesIn(socket.written);
  checkWindows(said, answers);
  for (const [id, { received }] of streams) checkBody(id, received, said);
  socket.destroy();
  await turns(3);
  for (const [id, { closes }] of streams)
    if (closes !== 1) throw new BrokenRule(`stream ${id} was told ${closes} times that it is over`);
  return { streams, said, answers };
}

async function say(bytes: Buffer, socket: MemorySocket, speech: Speech): Promise<void> {
  const { random, chunkBytes, stalls } = speech;
  for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
    if (stalls && random.chance(0.1)) socket.stall(random.chance(0.5));
    const chunk = Buffer.from(bytes.subarray(start, start + chunkBytes));
    socket.receive(chunk);
    // Its memory is used again once it is read.
    if (socket.readableLength === 0) chunk.fill(0xaa);
    if (random.chance(0.3)) await setImmediate();
    checkBacklog(socket);
  }
  socket.stall(false);
  await turns(QUIET_TURNS);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}
