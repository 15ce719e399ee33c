import {
  bytesOfFrame,
  END_HEADERS,
  END_STREAM,
  type Frame,
  frame,
  preface,
  uint32,
} from "../../support/http2-frames.node.ts";
import type { Random } from "../../fuzz/random.node.ts";
import { initialWindow, mildFrame, wildFrame } from "./noise.node.ts";
import { goodStream, otherStreams } from "./stream-ids.ts";
import { data, type Field, headers, pseudoHeaders } from "../requests.node.ts";

const GOOD_BYTES = 70_000;
/** So much that windows have to be opened for it. */
const LARGE_GOOD_BYTES = 700_000;
const GOOD_CHUNK_BYTES = 5000;

export function goodBodyOf(random: Random): Buffer {
  return Buffer.alloc(random.chance(0.1) ? LARGE_GOOD_BYTES : GOOD_BYTES, "well behaved ");
}

/**
 * What a client says: a request that keeps every rule, in order, amid others that may not. What is mild costs streams at most, and what is
 * not costs most connections.
 */
export function writeScript(goodBody: Buffer, random: Random, isMild: boolean): Frame[] {
  const good = [
    headers(goodStream),
    ...Array.from({ length: goodBody.byteLength / GOOD_CHUNK_BYTES }, (_, index) =>
      data(goodStream, goodBody.subarray(index * GOOD_CHUNK_BYTES, (index + 1) * GOOD_CHUNK_BYTES)),
    ),
    frame("data", { streamId: goodStream, flags: END_STREAM }),
  ];
  const others = otherStreams.filter(() => random.chance(0.7)).map((id) => request(id, random));
  const open = others.flatMap(([begin]) => begin?.streamId ?? []);
  const noise = Array.from({ length: random.below(12) }, () =>
    isMild ? mildFrame(random, open) : wildFrame(random),
  );
  // Streams begin in the order of their numbers.
  const beginnings = [good, ...others].flatMap((frames) => frames.slice(0, 1));
  const rests = [good, ...others].map((frames) => frames.slice(1));
  return [...beginnings, ...interleave([...rests, noise], random)];
}

/** The beginning of a connection, with what the server is to be told of windows. */
export function hello(random: Random): Buffer {
  const window = random.pick([0, 10, 1000, 65_535, 1_000_000]);
  const settings = frame("settings", { payload: initialWindow(window) });
  return Buffer.concat([preface, bytesOfFrame(settings)]);
}

/** Enough for everything that the server may have to send. */
export function farewell(): readonly Frame[] {
  return [0, goodStream].map((streamId) =>
    frame("windowUpdate", { streamId, payload: uint32(2 ** 24) }),
  );
}

function request(streamId: number, random: Random): Frame[] {
  const fields = Array.from({ length: random.below(4) }, () => anyField(random));
  const body = Array.from({ length: random.below(5) }, () =>
    data(streamId, random.bytes(random.below(300))),
  );
  const end = random.pick([
    [frame("data", { streamId, flags: END_STREAM })],
    [headers(streamId, [["a", "trailer"]], END_HEADERS | END_STREAM)],
    [frame("rstStream", { streamId, payload: uint32(8) })],
    [],
  ]);
  return [headers(streamId, [...pseudoHeaders, ...fields]), ...body, ...end];
}

function anyField(random: Random): Field {
  return random.pick<Field>([
    ["a", "b"],
    ["content-length", String(random.below(400))],
    ["te", "trailers"],
    ["te", "gzip"],
    ["x", "y".repeat(random.below(5000))],
    ["Upper", "case"],
    ["", ""],
    [":path", "/again"],
    ["connection", "close"],
  ]);
}

/** Each list in its order, and all of them at once. */
function interleave(lists: readonly (readonly Frame[])[], random: Random): Frame[] {
  const left = lists.map((list) => [...list]);
  const merged: Frame[] = [];
  for (;;) {
    const some = left.filter((list) => list.length > 0);
    if (some.length === 0) return merged;
    const next = random.pick(some).shift();
    if (next !== undefined) merged.push(next);
  }
}
