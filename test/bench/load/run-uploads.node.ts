import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pinned } from "../pinned.node.ts";
import type { LoadResult } from "./load.ts";
import type { UploadPlan, UploadReport } from "./upload-plan.ts";

const program = fileURLToPath(new URL("upload-load.node.ts", import.meta.url));

/** Carries the plan out in a process of its own. Throws if an upload fails. */
export async function runUploads(
  plan: UploadPlan,
  { cores, signal }: { cores: string | undefined; signal: AbortSignal },
): Promise<LoadResult> {
  const { file, args } = pinned({
    file: process.execPath,
    args: [program, JSON.stringify(plan)],
    cores,
  });
  const options = { signal, maxBuffer: 256 * 1024 ** 2 };
  const { stdout } = await promisify(execFile)(file, args, options);
  const { seconds, requests, cpuSeconds, latenciesMs } = JSON.parse(stdout) as UploadReport;
  return {
    seconds,
    requests,
    dataBytes: requests * plan.blobsPerRequest * plan.sizeBytes,
    latenciesMs: Float64Array.from(latenciesMs),
    loadCpuSeconds: cpuSeconds,
  };
}
