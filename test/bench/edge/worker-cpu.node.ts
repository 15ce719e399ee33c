import { inspect } from "../../support/worker-inspector.node.ts";
import type { TestWorker } from "../../support/worker.node.ts";
import type { CpuProfile } from "../profile/top-frames.ts";
import { percentile } from "../../support/statistics.ts";

const SAMPLE_MICROS = 100;

/** What the Worker's isolate did while some work was done. */
export interface WorkerCpu {
  readonly ms: number;
  readonly profile: CpuProfile;
}

/**
 * The isolate is sampled only while it runs, so that its time is the number of samples by what lies between two of them: a little
 * more than was asked for, and seen where it ran on. D1, R2 and the runtime's own work with connections are not in it.
 */
export async function workerCpu(worker: TestWorker, work: () => Promise<void>): Promise<WorkerCpu> {
  using inspector = await inspect(worker);
  await inspector.ask("Profiler.enable");
  await inspector.ask("Profiler.setSamplingInterval", { interval: SAMPLE_MICROS });
  await inspector.ask("Profiler.start");
  await work();
  const { profile } = (await inspector.ask("Profiler.stop")) as { readonly profile: CpuProfile };
  const idle = new Set(
    profile.nodes
      .filter(({ callFrame }) => callFrame.functionName === "(idle)")
      .map(({ id }) => id),
  );
  const samples = profile.samples.filter((id) => !idle.has(id));
  const periodMicros = percentile(Float64Array.from(profile.timeDeltas), 0.1);
  const even = { ...profile, samples, timeDeltas: samples.map(() => periodMicros) };
  return { ms: (samples.length * periodMicros) / 1000, profile: even };
}
