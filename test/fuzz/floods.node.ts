import {
  ByteStream,
  ReadRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { readName } from "../conformance/streams.ts";
import { KIB, MIB } from "../support/bytes.ts";
import {
  callFrames,
  callHeaders,
  END_HEADERS,
  type Frame,
  frame,
  headerBlock,
  sessionBytes,
  uint32,
} from "../support/http2-frames.node.ts";
import { encode, envelope, pathOf } from "../support/raw-grpc.node.ts";
import { canary } from "./sessions.node.ts";

const CANCEL = 8;
const MAX_UINT31 = 2 ** 31 - 1;

const upload = callHeaders(pathOf(ByteStream.method.write));
const question = envelope(encode(ReadRequestSchema, { resourceName: readName("", canary) }));

/** Streams that clients open have odd numbers. */
function streamId(index: number): number {
  return index * 2 + 1;
}

function uploadAt(index: number): Frame {
  return { ...upload, streamId: streamId(index) };
}

function readAt(index: number): readonly Frame[] {
  return callFrames(pathOf(ByteStream.method.read), [question], streamId(index));
}

function resetOf(index: number): Frame {
  return frame("rstStream", { streamId: streamId(index), payload: uint32(CANCEL) });
}

function repeat(count: number, make: (index: number) => Frame | readonly Frame[]): Frame[] {
  return Array.from({ length: count }, (_, index) => make(index)).flat();
}

/** A large entry for the table of header fields, and then that entry again and again. */
function headerBomb(): Frame {
  const value = Buffer.alloc(3900, "x");
  const literalWithIndex = Buffer.from([0x40, 1]);
  const lengthOfValue = Buffer.from([0x7f, 0xbd, 0x1d]);
  const entry = Buffer.concat([literalWithIndex, Buffer.from("x"), lengthOfValue, value]);
  const newestEntry = 0x80 | 62;
  const payload = Buffer.concat([upload.payload, entry, Buffer.alloc(10_000, newestEntry)]);
  return frame("headers", { flags: END_HEADERS, streamId: 1, payload });
}

/** A table size and a stream window, both of `value`. */
function resizing(value: number): Frame {
  const [tableSize, windowSize] = [Buffer.from([0, 1]), Buffer.from([0, 4])];
  const payload = Buffer.concat([tableSize, uint32(value), windowSize, uint32(value)]);
  return frame("settings", { payload });
}

function windowUpdateOf(id: number, bytes: number): Frame {
  return frame("windowUpdate", { streamId: id, payload: uint32(bytes) });
}

const PADDED = 0x8;
const padding = frame("data", { flags: PADDED, streamId: 1, payload: Buffer.from([2, 0, 0]) });

function data(size: number): Frame {
  return frame("data", { streamId: 1, payload: Buffer.alloc(size) });
}

/** Headers of a megabyte, each of them new. */
function hugeHeaders(): readonly Frame[] {
  const fields = Array.from({ length: 64 }, (_, index) => [
    `x-${index}`,
    "x".repeat(16 * KIB - 200),
  ]);
  const parts = fields.map(([name = "", value = ""]) => headerBlock([[name, value]]));
  return [
    { ...upload, flags: 0 },
    ...parts.map((payload) => frame("continuation", { streamId: 1, payload })),
    frame("continuation", { flags: END_HEADERS, streamId: 1 }),
  ];
}

const neverEnding = frame("continuation", {
  streamId: 1,
  payload: Buffer.alloc(KIB, "\0\u0001a\u0001b"),
});

const floods: Readonly<Record<string, () => readonly Frame[]>> = {
  settings: () => repeat(100_000, () => frame("settings")),
  "settings that change everything": () => repeat(20_000, resizing),
  pings: () => repeat(200_000, () => frame("ping", { payload: Buffer.alloc(8) })),
  priorities: () =>
    repeat(100_000, (index) =>
      frame("priority", { streamId: streamId(index), payload: Buffer.alloc(5) }),
    ),
  "headers that never end": () => [{ ...upload, flags: 0 }, ...repeat(20_000, () => neverEnding)],
  "headers that are huge": hugeHeaders,
  "headers in empty pieces": () => [
    { ...upload, flags: 0 },
    ...repeat(100_000, () => frame("continuation", { streamId: 1 })),
  ],
  "headers that grow when they are unpacked": () => [headerBomb()],
  "uploads that are reset at once": () =>
    repeat(5000, (index) => [uploadAt(index), resetOf(index)]),
  "reads that are reset at once": () => repeat(3000, (index) => [...readAt(index), resetOf(index)]),
  "uploads that their client has the server reset": () =>
    repeat(5000, (index) => [uploadAt(index), windowUpdateOf(streamId(index), 0)]),
  "uploads that never come": () => repeat(20_000, uploadAt),
  "reads whose answers nobody takes": () => repeat(10_000, readAt),
  acknowledgements: () => repeat(100_000, () => frame("settings", { flags: 1 })),
  "windows that open by one": () =>
    repeat(100_000, (index) => [windowUpdateOf(0, 1), windowUpdateOf(streamId(index), 1)]),
  "the smallest data": () => [upload, ...repeat(100_000, () => data(1))],
  "data of nothing but padding": () => [upload, ...repeat(100_000, () => padding)],
  "empty data": () => [upload, ...repeat(200_000, () => data(0))],
  "more data than there is a window for": () => [upload, ...repeat(2000, () => data(16 * KIB))],
  "a frame of 16 MiB": () => [upload, data(16 * MIB - 1)],
  "windows that overflow": () =>
    repeat(1000, () => frame("windowUpdate", { payload: uint32(MAX_UINT31) })),
  "windows that do not open": () =>
    repeat(1000, () => frame("windowUpdate", { payload: uint32(0) })),
  pushes: () =>
    repeat(1000, (index) =>
      frame("pushPromise", { streamId: streamId(index), payload: uint32(2) }),
    ),
  "frames of unknown types": () =>
    repeat(100_000, () => ({ ...frame("ping"), type: 0xee, payload: Buffer.alloc(8) })),
};

export const floodNames: readonly string[] = Object.keys(floods);

/** All that a flooding client sends. */
export function floodBytes(name: string): Buffer {
  return sessionBytes(floods[name]?.() ?? []);
}
