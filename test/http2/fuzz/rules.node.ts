import { http2Limits } from "../../../shared/http2-limits.ts";
import { limits } from "../../../shared/limits.ts";
import { BrokenRule } from "../../fuzz/broken-rule.node.ts";
import { END_STREAM, type Frame, frameTypes } from "../../support/http2-frames.node.ts";
import type { Said } from "./conversation.node.ts";
import type { MemorySocket } from "./memory-socket.node.ts";
import { goodStream } from "./stream-ids.ts";
import type { Outcome } from "./speak.node.ts";

const MAX_WINDOW = 2 ** 31 - 1;

/** What waits for a client that does not read is bounded. */
export function checkBacklog(socket: MemorySocket): void {
  if (socket.writableLength > 2 * http2Limits.socketBacklogBytes)
    throw new BrokenRule(`${socket.writableLength} bytes wait for a client that does not read`);
}

/** A receiver gets what its client has sent, from the beginning and in order. */
export function checkBody(id: number, received: Buffer, said: Said): void {
  const sent = Buffer.concat(said.bodies.get(id) ?? []);
  if (!sent.subarray(0, received.byteLength).equals(received))
    throw new BrokenRule(`stream ${id} brought other bytes than were sent`);
}

/** Neither side's windows are ever overdrawn, nor opened for what did not come. */
export function checkWindows(said: Said, answers: readonly Frame[]): void {
  const sent = new Map<number, number>();
  const granted = new Map<number, number>();
  const add = (sums: Map<number, number>, id: number, bytes: number): void =>
    void sums.set(id, (sums.get(id) ?? 0) + bytes);
  for (const { type, streamId, payload } of answers) {
    if (type === frameTypes.windowUpdate) add(granted, streamId, payload.readUInt32BE());
    if (type !== frameTypes.data) continue;
    add(sent, streamId, payload.byteLength);
    add(sent, 0, payload.byteLength);
  }
  for (const [id, bytes] of sent)
    if (bytes > said.allowance(id))
      throw new BrokenRule(`${bytes} bytes on stream ${id}, of ${said.allowance(id)} allowed`);
  for (const [id, bytes] of granted) {
    const came = (said.spent.get(id) ?? 0) + (id === 0 ? limits.connectionWindowBytes : 0);
    if (bytes > came)
      throw new BrokenRule(`the window of stream ${id} opens by ${bytes}, of ${came}`);
  }
}

/** Whatever others do, a stream that keeps the rules is answered, unless the connection had to end. */
export function checkGoodStream({ streams, answers, said }: Outcome, goodBody: Buffer): void {
  const isOver = answers.some(({ type }) => type === frameTypes.goAway);
  if (isOver || said.allowance(goodStream) > MAX_WINDOW) return;
  const received = streams.get(goodStream)?.received;
  if (received?.equals(goodBody) !== true)
    throw new BrokenRule(`the good stream brought ${received?.byteLength} bytes`);
  const ofGood = answers.filter(({ streamId }) => streamId === goodStream);
  const answer = ofGood
    .filter(({ type }) => type === frameTypes.data)
    .map(({ payload }) => payload);
  const hasEnded = ofGood.some(
    ({ type, flags }) => type <= frameTypes.headers && (flags & END_STREAM) !== 0,
  );
  if (!hasEnded || !Buffer.concat(answer).equals(goodBody))
    throw new BrokenRule(`the good stream was not answered as it should: ${namesOf(ofGood)}`);
}

function namesOf(frames: readonly Frame[]): string {
  return frames
    .map(({ type, flags, payload }) => `${type}/${flags}/${payload.byteLength}`)
    .join(" ");
}
