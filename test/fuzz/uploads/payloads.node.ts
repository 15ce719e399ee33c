import { constants, zstdCompressSync } from "node:zlib";
import { concat, MIB } from "../../support/bytes.ts";
import { mutate } from "../mutate.node.ts";
import type { Random } from "../random.node.ts";

/** A frame that decoders pass over. */
const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);

/** A few bytes that decode to many. */
const bomb = zstdCompressSync(new Uint8Array(64 * MIB));

/** `data` as a client may send it by zstd: mostly as it should be, though not always in one frame. */
export function drawZstd(data: Uint8Array, random: Random): Uint8Array {
  const frame = compressed(data, random);
  const at = random.below(data.byteLength + 1);
  const [start, rest] = [data.subarray(0, at), data.subarray(at)];
  const cut = random.below(frame.byteLength);
  if (random.chance(0.4)) return frame;
  return random.pick<() => Uint8Array>([
    () => concat([compressed(start, random), compressed(rest, random)]),
    () => concat([skippable, compressed(start, random), skippable, compressed(rest, random)]),
    () => concat([frame, skippable]),
    () => concat([compressed(new Uint8Array(), random), frame]),
    () => mutate(Buffer.from(frame), random),
    () => concat([frame.subarray(0, cut)]),
    () => concat([frame, skippable.subarray(0, 1 + random.below(10))]),
    () => concat([frame, random.bytes(1 + random.below(10))]),
    () => concat([frame, compressed(random.bytes(10), random)]),
    () => compressed(rest, random),
    () => bomb,
    () => concat([frame, bomb]),
    () => data,
  ])();
}

function compressed(data: Uint8Array, random: Random): Uint8Array {
  const flags = {
    [constants.ZSTD_c_checksumFlag]: random.below(2),
    [constants.ZSTD_c_contentSizeFlag]: random.below(2),
  };
  return zstdCompressSync(data, { params: flags });
}
