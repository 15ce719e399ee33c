/** The bytes of HTTP/2 that a client of uploads needs. */

export const types = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;

export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const;

export const settings = { initialWindowSize: 4, maxFrameSize: 5 } as const;

export const FRAME_HEADER_BYTES = 9;
export const DEFAULT_WINDOW = 65_535;
const MAX_WINDOW = 2 ** 31 - 1;

export interface FrameHeader {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

export function frameHeader({ length, type, flags: bits, streamId }: FrameHeader): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = bits;
  header.writeUInt32BE(streamId, 5);
  return header;
}

export function readFrameHeader(bytes: Buffer, at: number): FrameHeader {
  return {
    length: bytes.readUIntBE(at, 3),
    type: bytes.readUInt8(at + 3),
    flags: bytes.readUInt8(at + 4),
    streamId: bytes.readUInt32BE(at + 5) & 0x7fffffff,
  };
}

export function frame(type: number, bits: number, streamId: number, payload: Buffer): Buffer {
  const header = frameHeader({ length: payload.byteLength, type, flags: bits, streamId });
  return Buffer.concat([header, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** What every client begins with; the connection's window is opened wide, since the answers are small. */
export const opening: Buffer = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(types.settings, 0, 0, Buffer.alloc(0)),
  frame(types.windowUpdate, 0, 0, uint32(MAX_WINDOW - DEFAULT_WINDOW)),
]);

/** Header fields in HPACK, each a literal that is neither indexed nor compressed. */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [
      Buffer.from([0]),
      literal(name),
      literal(value),
    ]),
  );
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
