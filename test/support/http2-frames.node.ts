/** HTTP/2 byte by byte, for tests that send what no client library would. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;

/** What every client begins with. */
export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export function frame(
  type: keyof typeof frameTypes,
  { flags = 0, streamId = 0, payload = Buffer.alloc(0) }: Partial<Omit<Frame, "type">> = {},
): Frame {
  return { type: frameTypes[type], flags, streamId, payload };
}

/** A frame as it travels. */
export function bytesOfFrame({ type, flags, streamId, payload }: Frame): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.byteLength, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** A connection's first bytes, and `frames`. */
export function sessionBytes(frames: readonly Frame[]): Buffer {
  return Buffer.concat([preface, bytesOfFrame(frame("settings")), ...frames.map(bytesOfFrame)]);
}

/** A 32-bit number as a frame's payload. */
export function uint32(value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return payload;
}

/** Header fields in HPACK, each a literal that is not indexed and not compressed. */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
}

/** The HEADERS frame of a gRPC call. */
export function callHeaders(path: string, streamId = 1): Frame {
  const payload = headerBlock([
    [":method", "POST"],
    [":scheme", "http"],
    [":authority", "localhost"],
    [":path", path],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ]);
  return frame("headers", { flags: END_HEADERS, streamId, payload });
}

/** A gRPC call: its headers and one DATA frame for each of `chunks`, the last of which ends the stream. */
export function callFrames(path: string, chunks: readonly Buffer[], streamId = 1): Frame[] {
  const data = chunks.map((payload, index) => {
    const flags = index === chunks.length - 1 ? END_STREAM : 0;
    return frame("data", { flags, streamId, payload });
  });
  return [callHeaders(path, streamId), ...data];
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([prefixedLength(bytes.byteLength), bytes]);
}

/** HPACK's number with a prefix of seven bits. */
function prefixedLength(length: number): Buffer {
  const prefixMax = 127;
  if (length < prefixMax) return Buffer.from([length]);
  const bytes = [prefixMax];
  let rest = length - prefixMax;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
