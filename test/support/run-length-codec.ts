import { concat } from "../../shared/bytes/concat.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import { invalidArgument } from "../../shared/request-error.ts";

/** What is encoded ends with this: no run is that long. */
const END = 0;

const LONGEST_RUN = 255;

/**
 * Runs of equal bytes as a length and the byte: what has no runs takes twice its size. It passes for zstd, with the same result in
 * every runtime, and in simulations, because it waits for nothing but its source.
 */
export const runLengthCodec: BlobCodec = {
  compressor: "zstd",
  contentBytes: () => undefined,
  async *encode(bytes) {
    for await (const chunk of bytes) yield runsOf(chunk);
    yield Uint8Array.of(END);
  },
  async *decode(body, maxBytes) {
    let left = maxBytes + 1;
    let carried = new Uint8Array();
    for await (const chunk of body) {
      const bytes = concat([carried, chunk]);
      const paired = bytes.byteLength - (bytes.byteLength % 2);
      const plain = bytesOfRuns(bytes.subarray(0, paired));
      yield plain.subarray(0, left);
      left -= plain.byteLength;
      if (left <= 0) return;
      carried = bytes.slice(paired);
    }
    if (carried[0] !== END) throw malformed("is cut off");
  },
};

function runsOf(bytes: Uint8Array): Uint8Array {
  const runs = new Uint8Array(2 * bytes.byteLength);
  let filled = 0;
  for (let at = 0, end = 0; at < bytes.byteLength; at = end) {
    while (bytes[end] === bytes[at] && end < bytes.byteLength && end - at < LONGEST_RUN) end += 1;
    runs.set([end - at, bytes[at] ?? 0], filled);
    filled += 2;
  }
  return runs.subarray(0, filled);
}

function bytesOfRuns(runs: Uint8Array): Uint8Array {
  let sizeBytes = 0;
  for (let at = 0; at < runs.byteLength; at += 2) {
    if (runs[at] === END) throw malformed("goes on behind its end");
    sizeBytes += runs[at] ?? 0;
  }
  const bytes = new Uint8Array(sizeBytes);
  let filled = 0;
  for (let at = 0; at < runs.byteLength; at += 2) {
    const length = runs[at] ?? 0;
    bytes.fill(runs[at + 1] ?? 0, filled, filled + length);
    filled += length;
  }
  return bytes;
}

function malformed(mistake: string): Error {
  return invalidArgument("data", `what should be made of runs ${mistake}`);
}
