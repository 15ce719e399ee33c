import type { Random } from "../../fuzz/random.node.ts";
import {
  END_HEADERS,
  type Frame,
  frame,
  frameTypes,
  headerBlock,
  uint32,
} from "../../support/http2-frames.node.ts";
import { data, headers, pseudoHeaders } from "../requests.node.ts";
import { goodStream, otherStreams } from "./stream-ids.ts";

const oddValues = [
  0, 1, 2, 100, 16_383, 16_384, 65_535, 65_536, 0xff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** One that costs a stream at most, and one of `open` at that. */
export function mildFrame(random: Random, open: readonly number[]): Frame {
  const streamId = open.length > 0 ? random.pick(open) : 0;
  return random.pick<() => Frame>([
    () => frame("ping", { payload: random.bytes(8) }),
    () => frame("windowUpdate", { payload: uint32(1 + random.below(100_000)) }),
    () => frame("windowUpdate", { streamId, payload: uint32(streamId && random.pick(oddValues)) }),
    () => frame("priority", { streamId: 99, payload: Buffer.alloc(5) }),
    () => frame("settings", { payload: initialWindow(random.below(200_000)) }),
    () => frame("settings", { flags: 1 }),
    () => ({ ...data(streamId, random.bytes(random.below(100))), type: 10 + random.below(240) }),
    () => frame("goAway", { payload: random.bytes(8) }),
  ])();
}

/** One that may be anything. */
export function wildFrame(random: Random): Frame {
  const streamId = random.pick([0, ...otherStreams, 2, 101]);
  return random.pick<() => Frame>([
    () => frame("ping", { payload: random.bytes(8) }),
    () => frame("windowUpdate", { streamId, payload: uint32(random.below(100_000)) }),
    () => frame("rstStream", { streamId, payload: uint32(random.below(14)) }),
    () => frame("priority", { streamId, payload: random.bytes(5) }),
    () => frame("settings", { payload: initialWindow(random.below(200_000)) }),
    () => frame("settings", { flags: 1 }),
    () => ({ ...data(streamId, random.bytes(random.below(100))), type: 10 + random.below(240) }),
    () => data(streamId, random.bytes(random.below(100)), random.below(256)),
    () => ({ ...headers(streamId), flags: random.below(256) }),
    () => ({ ...headers(streamId), payload: random.bytes(random.below(40)) }),
    () =>
      frame("continuation", { streamId, flags: END_HEADERS, payload: headerBlock(pseudoHeaders) }),
    () => frame("goAway", { payload: random.bytes(8) }),
  ])();
}

/** Breaks one thing in one frame that is not the good stream's. */
export function breakOne(frames: readonly Frame[], random: Random): Frame[] {
  const index = random.below(frames.length);
  const victim = frames[index];
  if (victim === undefined || victim.streamId === goodStream) return [...frames];
  const { payload } = victim;
  const changed = random.pick<() => readonly Frame[]>([
    () => [{ ...victim, flags: victim.flags ^ (1 << random.below(8)) }],
    () => [{ ...victim, streamId: random.pick([0, 2, ...otherStreams]) }],
    () => [{ ...victim, type: random.below(12) }],
    () => [{ ...victim, payload: payload.subarray(0, random.below(payload.byteLength + 1)) }],
    () => [{ ...victim, payload: Buffer.concat([payload, random.bytes(random.below(20))]) }],
    () => [{ ...victim, payload: flipped(payload, random) }],
    () => [{ ...victim, payload: uint32(random.pick(oddValues)) }],
    () => [victim, victim],
    () => [],
    () => (victim.type === frameTypes.headers ? inPieces(victim, random) : [victim]),
  ])();
  return frames.toSpliced(index, 1, ...changed);
}

/** The same bytes, some of them others. */
export function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + random.below(3); count > 0 && copy.byteLength > 0; count -= 1)
    copy[random.below(copy.byteLength)] = random.below(256);
  return copy;
}

/** A header block in CONTINUATION. */
function inPieces(victim: Frame, random: Random): Frame[] {
  const cut = random.below(victim.payload.byteLength + 1);
  const { streamId, flags, payload } = victim;
  return [
    { ...victim, flags: flags & ~END_HEADERS, payload: payload.subarray(0, cut) },
    frame("continuation", { streamId, flags: END_HEADERS, payload: payload.subarray(cut) }),
  ];
}

export function initialWindow(bytes: number): Buffer {
  return Buffer.concat([Buffer.from([0, 4]), uint32(bytes)]);
}
