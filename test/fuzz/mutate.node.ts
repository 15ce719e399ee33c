import type { Random } from "./random.node.ts";

/** Bytes with one to three random mistakes in them. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let left = 1 + random.below(3); left > 0; left--) {
    mutated = random.pick(mutations)(mutated, random);
  }
  return mutated;
}

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const mutations: readonly [Mutation, ...Mutation[]] = [
  flip,
  overwrite,
  insert,
  remove,
  repeat,
  truncate,
];

function flip(bytes: Buffer, random: Random): Buffer {
  if (bytes.byteLength === 0) return bytes;
  const mutated = Buffer.from(bytes);
  const at = random.below(bytes.byteLength);
  mutated.writeUInt8(mutated.readUInt8(at) ^ (1 << random.below(8)), at);
  return mutated;
}

/** Lengths, counts and codes are most telling at their extremes. */
function overwrite(bytes: Buffer, random: Random): Buffer {
  if (bytes.byteLength === 0) return bytes;
  const mutated = Buffer.from(bytes);
  const at = random.below(bytes.byteLength);
  mutated.fill(random.pick([0, 0xff, 0x7f, 0x80]), at, Math.min(bytes.byteLength, at + 4));
  return mutated;
}

function insert(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.byteLength + 1);
  const added = random.bytes(1 + random.below(20));
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
}

function remove(bytes: Buffer, random: Random): Buffer {
  const [start, end] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function repeat(bytes: Buffer, random: Random): Buffer {
  const [start, end] = range(bytes, random);
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.below(bytes.byteLength + 1));
}

function range(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = random.below(bytes.byteLength + 1);
  return [start, Math.min(bytes.byteLength, start + random.below(64))];
}
