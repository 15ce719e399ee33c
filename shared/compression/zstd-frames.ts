import { concat } from "../bytes/concat.ts";
import {
  FRAME_MAGIC,
  MAGIC_BYTES,
  malformedZstd,
  parseFrameHeader,
  viewOf,
} from "./zstd-frame-header.ts";

/** The first of sixteen magic numbers of frames that decoders skip. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_HEADER_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;

/** The type of blocks that are runs of one byte. */
const RUN = 1;

/** A frame's header, a block with the checksum that may follow it, or a frame that decoders skip. */
interface Part {
  readonly bytes: number;
  readonly kind: "inside" | "end" | "skipped";
}

/**
 * The frames of a zstd stream (RFC 8878), as they come and in pieces that never span two of them; those that decoders skip are
 * left out. Throws INVALID_ARGUMENT for what is not made of whole frames, or has other bytes behind them: decoders differ in
 * what they say of that. What the blocks hold is theirs to judge. `onWindow` is told what each frame makes its decoder keep.
 */
export async function* zstdFrames(
  source: AsyncIterable<Uint8Array>,
  onWindow: (windowBytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const parts = new PartReader(onWindow);
  let part: Part | undefined;
  let left = 0;
  let carried = new Uint8Array();
  for await (const chunk of source) {
    const bytes = carried.byteLength === 0 ? chunk : concat([carried, chunk]);
    let from = 0;
    let at = 0;
    while (at < bytes.byteLength) {
      if (left === 0) {
        part = parts.next(bytes.subarray(at));
        left = part?.bytes ?? 0;
      }
      if (part === undefined) break;
      const taken = Math.min(left, bytes.byteLength - at);
      at += taken;
      left -= taken;
      if (part.kind === "end" && left === 0) yield bytes.subarray(from, at);
      if (part.kind === "skipped" || (part.kind === "end" && left === 0)) from = at;
    }
    if (at > from) yield bytes.subarray(from, at);
    // A copy: the chunk's memory may be used again, and `slice` of a Node buffer is a view.
    carried = concat([bytes.subarray(at)]);
  }
  if (left > 0 || carried.byteLength > 0) throw malformedZstd("is cut off");
  parts.end();
}

/** Tells where the parts of a stream end. */
class PartReader {
  #frames = 0;
  #isInFrame = false;
  #hasChecksum = false;
  readonly #onWindow: (windowBytes: number) => void;

  constructor(onWindow: (windowBytes: number) => void) {
    this.#onWindow = onWindow;
  }

  /** The part that `bytes` begin with; `undefined` where they end before that shows. */
  next(bytes: Uint8Array): Part | undefined {
    const view = viewOf(bytes);
    return this.#isInFrame ? this.#block(view) : this.#frame(view);
  }

  /** Throws where the stream must not end yet. */
  end(): void {
    if (this.#isInFrame) throw malformedZstd("is cut off");
    if (this.#frames === 0) throw malformedZstd("has no frame");
  }

  #frame(view: DataView): Part | undefined {
    if (view.byteLength < MAGIC_BYTES) return undefined;
    const magic = view.getUint32(0, true);
    if ((magic & ~0xf) === SKIPPABLE_MAGIC) {
      if (view.byteLength < SKIPPABLE_HEADER_BYTES) return undefined;
      const size = view.getUint32(MAGIC_BYTES, true);
      return { bytes: SKIPPABLE_HEADER_BYTES + size, kind: "skipped" };
    }
    if (magic !== FRAME_MAGIC) {
      throw malformedZstd(this.#frames === 0 ? "begins otherwise" : "has other bytes at its end");
    }
    const header = parseFrameHeader(view);
    if (header === undefined) return undefined;
    this.#onWindow(header.windowBytes);
    this.#frames += 1;
    this.#isInFrame = true;
    this.#hasChecksum = header.hasChecksum;
    return { bytes: header.headerBytes, kind: "inside" };
  }

  #block(view: DataView): Part | undefined {
    if (view.byteLength < BLOCK_HEADER_BYTES) return undefined;
    const header = view.getUint16(0, true) | (view.getUint8(2) << 16);
    const type = (header >> 1) & 0b11;
    // A run of one byte is stored as that byte.
    const bytes = BLOCK_HEADER_BYTES + (type === RUN ? 1 : header >> 3);
    if ((header & 1) === 0) return { bytes, kind: "inside" };
    this.#isInFrame = false;
    return { bytes: bytes + (this.#hasChecksum ? CHECKSUM_BYTES : 0), kind: "end" };
  }
}
