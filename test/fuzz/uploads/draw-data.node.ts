import type { Random } from "../random.node.ts";

/** The bytes of a blob, or bytes that are nearly those. */
export function drawData(data: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.6)) return data;
  const at = random.below(data.byteLength + 1);
  return random.pick<() => Uint8Array>([
    () => flipped(data, random),
    () => data.subarray(at),
    () => data.subarray(0, at),
    () => Buffer.concat([data, random.bytes(1 + random.below(20))]),
    () => Buffer.concat([data, data]),
    () => new Uint8Array(data.byteLength),
  ])();
}

export function flipped(data: Uint8Array, random: Random): Uint8Array {
  if (data.byteLength === 0) return data;
  const at = random.below(data.byteLength);
  return Uint8Array.from(data).with(at, (data[at] ?? 0) ^ (1 << random.below(8)));
}
