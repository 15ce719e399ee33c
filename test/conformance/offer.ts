import {
  type CacheCapabilities,
  Compressor_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Fixture } from "./check.ts";

/** What the server says that it offers. */
export async function offerOf({
  capabilities,
  instanceName,
}: Pick<Fixture, "capabilities" | "instanceName">): Promise<CacheCapabilities> {
  const { cacheCapabilities } = await capabilities.getCapabilities({ instanceName });
  if (cacheCapabilities === undefined) throw new Error("cache_capabilities is not set");
  return cacheCapabilities;
}

/** The most blob bytes in one batch. Skips the check where there is no limit. */
export async function batchLimit(f: Fixture): Promise<number> {
  const { maxBatchTotalSizeBytes } = await offerOf(f);
  if (maxBatchTotalSizeBytes === 0n) f.skip("the server advertises no batch limit");
  return Number(maxBatchTotalSizeBytes);
}

/** The size of a blob that is one byte too large. Skips the check where none is. */
export async function oversize(f: Fixture): Promise<bigint> {
  const { maxCasBlobSizeBytes } = await offerOf(f);
  if (maxCasBlobSizeBytes === 0n) f.skip("the server advertises no largest blob");
  return maxCasBlobSizeBytes + 1n;
}

const { ZSTD, DEFLATE, BROTLI } = Compressor_Value;
const compressors = [
  { token: "zstd", value: ZSTD },
  { token: "deflate", value: DEFLATE },
  { token: "brotli", value: BROTLI },
] as const;

/** The REAPI's compressors without those in `offered`. */
export function compressorsBeside(
  offered: readonly Compressor_Value[],
): readonly (typeof compressors)[number][] {
  return compressors.filter(({ value }) => !offered.includes(value));
}
