import {
  type CacheCapabilities,
  Compressor_Value,
  DigestFunction_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Fixture } from "./check.ts";
import { type FunctionRules, functionRules } from "./function-rules.ts";

const MAX_INT64 = 2n ** 63n - 1n;

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
  if (maxCasBlobSizeBytes === MAX_INT64) f.skip("no digest can name more than its largest blob");
  return maxCasBlobSizeBytes + 1n;
}

/** Those of the digest functions that the server offers. */
export async function offered(
  f: Fixture,
  ...functions: readonly DigestFunction_Value[]
): Promise<DigestFunction_Value[]> {
  const { digestFunctions } = await offerOf(f);
  return functions.filter((value) => digestFunctions.includes(value));
}

/** All digest functions that the server offers. */
export async function everyFunction(f: Fixture): Promise<readonly FunctionRules[]> {
  const { digestFunctions } = await offerOf(f);
  return functionRules.filter(({ value }) => digestFunctions.includes(value));
}

/** Pairs of functions that the server offers, of whose hashes nobody can tell which one they are of. */
export async function alikeFunctions(
  f: Fixture,
): Promise<readonly (readonly [FunctionRules, FunctionRules])[]> {
  const every = await everyFunction(f);
  return every.flatMap((one) =>
    every
      .filter((other) => other !== one && other.digits === one.digits)
      .map((other) => [one, other] as const),
  );
}

/** Skips the check on a server that does not offer the digest function. */
export async function needs(f: Fixture, digestFunction: DigestFunction_Value): Promise<void> {
  if ((await offered(f, digestFunction)).length > 0) return;
  const named = Object.entries(DigestFunction_Value).find(([, value]) => value === digestFunction);
  f.skip(`the server does not offer ${named?.[0]}`);
}

const { ZSTD, DEFLATE, BROTLI } = Compressor_Value;

/** Whether bytes may travel compressed by zstd. */
export async function offersZstd(f: Fixture): Promise<boolean> {
  return (await offerOf(f)).supportedCompressors.includes(ZSTD);
}

const compressors = [
  { token: "zstd", value: ZSTD },
  { token: "deflate", value: DEFLATE },
  { token: "brotli", value: BROTLI },
] as const;

/** The REAPI's compressors without those that a server has. */
export function compressorsBeside(
  supported: readonly Compressor_Value[],
): readonly (typeof compressors)[number][] {
  return compressors.filter(({ value }) => !supported.includes(value));
}
