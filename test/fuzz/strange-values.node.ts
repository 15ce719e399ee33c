import type {
  Compressor_Value,
  DigestFunction_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { DigestInit } from "../conformance/blobs.ts";
import type { Random } from "./random.node.ts";
import { canary } from "./sessions.node.ts";

const { hash, sizeBytes } = canary.digest;

const hashes = [
  hash,
  hash,
  hash.toUpperCase(),
  hash.slice(1),
  `${hash}0`,
  `${hash.slice(1)}g`,
  ` ${hash.slice(1)}`,
  "",
  "0".repeat(40),
  "0".repeat(32),
  "0".repeat(128),
  "\u{1F600}".repeat(16),
  "a".repeat(10_000),
] as const;

const sizes = [sizeBytes, sizeBytes, 0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)] as const;

export function anyDigest(random: Random): DigestInit {
  return { hash: random.pick(hashes), sizeBytes: random.pick(sizes) };
}

/** Of an enum: those that are known here, known elsewhere, and unknown. */
const enumValues = [0, 0, 1, 1, 2, 3, 9, 99, -1, 2 ** 31 - 1] as const;

export function anyDigestFunction(random: Random): DigestFunction_Value {
  return random.pick(enumValues) as DigestFunction_Value;
}

export function anyCompressor(random: Random): Compressor_Value {
  return random.pick(enumValues) as Compressor_Value;
}

const names = [
  "",
  "",
  "team",
  "team/main",
  "/team",
  "team/",
  "a//b",
  "blobs",
  "a/uploads/b",
  "..",
  "\0",
  "\n",
  "\u{1F600}",
  "x".repeat(1025),
] as const;

export function anyInstanceName(random: Random): string {
  return random.pick(names);
}

const offsets = [0n, 0n, 1n, -1n, sizeBytes, sizeBytes + 1n, 2n ** 63n - 1n, -(2n ** 63n)] as const;

export function anyOffset(random: Random): bigint {
  return random.pick(offsets);
}

const segments = [
  "blobs",
  "uploads",
  "compressed-blobs",
  "zstd",
  "identity",
  "cas",
  "ac",
  "blake3",
  "sha256",
  "md5",
  "actionResults",
  "00000000-0000-4000-8000-000000000000",
  "%2e%2e",
  "%zz",
  "%00",
  "+1",
  "-1",
  "1e3",
  "0x10",
  "007",
  "18446744073709551616",
] as const;

/** Segments of resource names and URLs in any order. */
export function anyPath(random: Random): string {
  return Array.from({ length: random.below(7) }, () => anySegment(random)).join("/");
}

function anySegment(random: Random): string {
  if (random.chance(0.6)) return random.pick(segments);
  if (random.chance(0.5)) return random.pick(hashes);
  return random.chance(0.5) ? String(random.pick(sizes)) : random.pick(names);
}

/** A resource name that is right but for one segment, or not right at all. */
export function anyResourceName(random: Random): string {
  if (random.chance(0.3)) return anyPath(random);
  const upload = random.chance(0.5) ? ["uploads", "00000000-0000-4000-8000-000000000000"] : [];
  const name = [...upload, "blobs", hash, String(sizeBytes)];
  name[random.below(name.length)] = anySegment(random);
  return name.join("/");
}
