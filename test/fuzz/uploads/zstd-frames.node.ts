import { zstdDecompressSync } from "node:zlib";

/** The plain bytes of a whole encoded stream; `undefined` where it is none, or has more than `maxBytes`. */
export function plainOf(encoded: Uint8Array, maxBytes: number): Uint8Array | undefined {
  // The library is content with whatever stands behind a frame.
  if (!shapeOf(encoded).isWhole) return undefined;
  try {
    return zstdDecompressSync(encoded, { maxOutputLength: Math.max(1, maxBytes) });
  } catch {
    return undefined;
  }
}

/** What a walk along frames finds, without decoding them. */
export interface ZstdShape {
  /** How many frames there are that are not passed over. */
  readonly frames: number;
  /** Whether the bytes are frames and nothing else, the last one whole. */
  readonly isWhole: boolean;
  /** The largest memory that a frame asks for, in bytes. */
  readonly windowBytes: number;
}

const MAGIC = 0xfd2fb528;
const broken: ZstdShape = { isWhole: false, frames: 0, windowBytes: 0 };

/** Walks along the frames of an encoded stream, by RFC 8878: decoders differ in what they make of the bytes behind the last one. */
export function shapeOf(bytes: Uint8Array): ZstdShape {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let windowBytes = 0;
  let frames = 0;
  try {
    if (bytes.byteLength === 0) return broken;
    while (at < bytes.byteLength) {
      const magic = view.getUint32(at, true);
      if (magic >>> 4 === 0x184d2a5) {
        at += 8 + view.getUint32(at + 4, true);
        continue;
      }
      if (magic !== MAGIC) return broken;
      const header = headerOf(view, at + 4);
      frames += 1;
      windowBytes = Math.max(windowBytes, header.windowBytes);
      at = endOfBlocks(view, header.end) + (header.hasChecksum ? 4 : 0);
    }
    return { isWhole: at === bytes.byteLength, frames, windowBytes };
  } catch {
    return broken;
  }
}

interface FrameHeader {
  readonly end: number;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
}

const dictionaryIdBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;

function headerOf(view: DataView, at: number): FrameHeader {
  const descriptor = view.getUint8(at);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  const windowAt = at + 1;
  const sizeAt = windowAt + (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0);
  const windowBytes = isSingleSegment
    ? contentSizeAt(view, sizeAt, sizeBytes)
    : windowOf(view.getUint8(windowAt));
  return { end: sizeAt + sizeBytes, windowBytes, hasChecksum: (descriptor & 4) !== 0 };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSizeAt(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

const RLE_BLOCK = 1;

function endOfBlocks(view: DataView, start: number): number {
  for (let at = start; ;) {
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const isRle = ((block >>> 1) & 3) === RLE_BLOCK;
    at += 3 + (isRle ? 1 : block >>> 3);
    if ((block & 1) !== 0) return at;
  }
}
