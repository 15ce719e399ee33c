import { type Frame, frameTypes } from "../../support/http2-frames.node.ts";

const HEADER_BYTES = 9;
const PREFACE_BYTES = 24;
const PADDED = 0x8;
const DEFAULT_WINDOW = 65_535;
const INITIAL_WINDOW_SIZE = 4;

/** The frames in what one side has sent, as far as they are whole. */
export function framesIn(bytes: Buffer, start = 0): readonly Frame[] {
  const frames: Frame[] = [];
  for (let position = start; position + HEADER_BYTES <= bytes.byteLength;) {
    const end = position + HEADER_BYTES + bytes.readUIntBE(position, 3);
    if (end > bytes.byteLength) break;
    frames.push({
      type: bytes.readUInt8(position + 3),
      flags: bytes.readUInt8(position + 4),
      streamId: bytes.readUInt32BE(position + 5) & 0x7fff_ffff,
      payload: bytes.subarray(position + HEADER_BYTES, end),
    });
    position = end;
  }
  return frames;
}

/** What a client has sent, whether it was right or wrong. */
export class Said {
  /** What the bodies of its DATA were, by stream: the last one may be cut off. */
  readonly bodies = new Map<number, Buffer[]>();
  /** What its DATA took of the windows; stream 0 is the connection. */
  readonly spent = new Map<number, number>();
  /** By how much it has opened the server's windows, at most. */
  readonly granted = new Map<number, number>([[0, DEFAULT_WINDOW]]);
  #initialWindow = DEFAULT_WINDOW;

  constructor(bytes: Buffer) {
    for (const frame of framesIn(bytes, PREFACE_BYTES)) this.#count(frame);
    this.#countCutOff(bytes);
  }

  /** How much the server may send on a stream, at most. */
  allowance(streamId: number): number {
    const granted = this.granted.get(streamId) ?? 0;
    return streamId === 0 ? granted : granted + this.#initialWindow;
  }

  #count({ type, flags, streamId, payload }: Frame): void {
    if (type === frameTypes.data) this.#countData(streamId, flags, payload, payload.byteLength);
    if (type === frameTypes.windowUpdate && payload.byteLength === 4)
      add(this.granted, streamId, payload.readUInt32BE() & 0x7fff_ffff);
    if (type !== frameTypes.settings || streamId !== 0) return;
    for (let start = 0; start + 6 <= payload.byteLength; start += 6)
      if (payload.readUInt16BE(start) === INITIAL_WINDOW_SIZE)
        this.#initialWindow = Math.max(this.#initialWindow, payload.readUInt32BE(start + 2));
  }

  #countData(streamId: number, flags: number, payload: Buffer, length: number): void {
    add(this.spent, streamId, length);
    add(this.spent, 0, length);
    const isPadded = (flags & PADDED) !== 0;
    const padding = isPadded ? (payload[0] ?? 0) : 0;
    const body = payload.subarray(isPadded ? 1 : 0, Math.max(0, length - padding));
    this.bodies.set(streamId, [...(this.bodies.get(streamId) ?? []), body]);
  }

  /** DATA is handed on before it is whole. */
  #countCutOff(bytes: Buffer): void {
    const whole = framesIn(bytes, PREFACE_BYTES);
    const start = whole.reduce(
      (sum, { payload }) => sum + HEADER_BYTES + payload.byteLength,
      PREFACE_BYTES,
    );
    if (start + HEADER_BYTES > bytes.byteLength || bytes[start + 3] !== frameTypes.data) return;
    const streamId = bytes.readUInt32BE(start + 5) & 0x7fff_ffff;
    const payload = bytes.subarray(start + HEADER_BYTES);
    this.#countData(streamId, bytes.readUInt8(start + 4), payload, bytes.readUIntBE(start, 3));
  }
}

function add(sums: Map<number, number>, key: number, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
