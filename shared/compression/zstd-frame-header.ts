import { limits } from "../limits.ts";
import { invalidArgument, type RequestError } from "../request-error.ts";

/** What begins a frame, as it is read from a stream in little-endian order. */
export const FRAME_MAGIC = 0xfd2fb528;
export const MAGIC_BYTES = 4;

/** What comes before the first block of a frame. */
export interface ZstdFrameHeader {
  readonly headerBytes: number;
  /** As many bytes as the frame holds; `undefined` where it does not tell. */
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
  /** What its decoder keeps of the content, to refer to. */
  readonly windowBytes: number;
}

/**
 * Reads the header of a frame that begins at the start of `view`, by RFC 8878; `undefined` where `view` ends before it does. Throws
 * INVALID_ARGUMENT where decoding takes a dictionary, or more memory than decoders have by default.
 */
export function parseFrameHeader(view: DataView): ZstdFrameHeader | undefined {
  if (view.byteLength <= MAGIC_BYTES) return undefined;
  const descriptor = view.getUint8(MAGIC_BYTES);
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryAt = MAGIC_BYTES + (isSingleSegment ? 1 : 2);
  const sizeAt = dictionaryAt + dictionaryBytes;
  const headerBytes = sizeAt + sizeBytes;
  if (view.byteLength < headerBytes) return undefined;
  if (readUint(view, dictionaryAt, dictionaryBytes) !== 0) {
    throw malformedZstd("needs a dictionary, and there is none here");
  }
  const contentBytes = sizeBytes === 0 ? undefined : readContentBytes(view, sizeAt, sizeBytes);
  const windowBytes = isSingleSegment ? (contentBytes ?? 0) : readWindow(view);
  checkWindow(windowBytes);
  return { headerBytes, contentBytes, hasChecksum: (descriptor & 0b100) !== 0, windowBytes };
}

/** As many bytes as a stream's first frame says that it holds; `undefined` where its first bytes do not tell. */
export function contentBytesOf(head: Uint8Array): number | undefined {
  const view = viewOf(head);
  const isFrame = head.byteLength >= MAGIC_BYTES && view.getUint32(0, true) === FRAME_MAGIC;
  return isFrame ? parseFrameHeader(view)?.contentBytes : undefined;
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** INVALID_ARGUMENT for bytes that are not zstd as it is taken here. */
export function malformedZstd(mistake: string): RequestError {
  return invalidArgument("data", `what should be compressed by zstd ${mistake}`);
}

function checkWindow(windowBytes: number): void {
  if (windowBytes <= limits.zstdWindowBytes) return;
  throw malformedZstd(
    `needs a window of ${windowBytes} bytes, and ${limits.zstdWindowBytes} is the most; use level 19 or lower, and no --long`,
  );
}

/** A power of two, and up to seven eighths of it. */
function readWindow(view: DataView): number {
  const descriptor = view.getUint8(MAGIC_BYTES + 1);
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 0b111);
}

/** Sizes of two bytes begin where those of one byte end. */
function readContentBytes(view: DataView, at: number, bytes: number): number {
  return readUint(view, at, bytes) + (bytes === 2 ? 256 : 0);
}

function readUint(view: DataView, at: number, bytes: number): number {
  let value = 0;
  for (let index = bytes - 1; index >= 0; index -= 1)
    value = value * 256 + view.getUint8(at + index);
  return value;
}
