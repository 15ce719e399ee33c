import { concat } from "./bytes.ts";

/** The largest block of a frame. */
const BLOCK_BYTES = 128 * 1024;

/** Magic number; a header that gives the size in four bytes, and with it the memory that the frame takes. */
const FRAME_START = [0x28, 0xb5, 0x2f, 0xfd, 0xa0];

/** Magic number; a header without a size, of a window of 128 KiB. */
const WINDOWED_START = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];

const RAW = 0;
const RUN = 1;

/** A zstd frame by hand, so that every runtime can make one: its blocks hold the bytes as they are. */
export function zstdFrame(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(FRAME_START.length + 4);
  header.set(FRAME_START);
  new DataView(header.buffer).setUint32(FRAME_START.length, data.byteLength, true);
  const parts: Uint8Array[] = [header];
  let at = 0;
  do {
    const block = data.subarray(at, at + BLOCK_BYTES);
    at += BLOCK_BYTES;
    parts.push(blockHeader(RAW, block.byteLength, at >= data.byteLength), block);
  } while (at < data.byteLength);
  return concat(parts);
}

/** A frame of many zeros in few bytes. */
export function zstdBomb(blocks: number): Uint8Array<ArrayBuffer> {
  const parts = Array.from({ length: blocks }, (_, index) => [
    blockHeader(RUN, BLOCK_BYTES, index === blocks - 1),
    Uint8Array.of(0),
  ]);
  return concat([Uint8Array.from(WINDOWED_START), ...parts.flat()]);
}

/** A frame that decoders have to skip. */
export function skippableFrame(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint32(0, 0x184d2a53, true);
  header.setUint32(4, data.byteLength, true);
  return concat([new Uint8Array(header.buffer), data]);
}

function blockHeader(type: number, size: number, isLast: boolean): Uint8Array {
  const bits = (isLast ? 1 : 0) | (type << 1) | (size << 3);
  return Uint8Array.of(bits, bits >> 8, bits >> 16);
}
