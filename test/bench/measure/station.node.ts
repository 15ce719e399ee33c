import { rm } from "node:fs/promises";
import { join } from "node:path";
import { residentBytes } from "../../support/process-status.node.ts";
import type { LoadResult } from "../load/load.ts";
import type { Latency, Sample } from "../results/measured.ts";
import type { Contestant } from "../servers/bench-server.ts";
import { cpuSeconds } from "../../support/processor-time.node.ts";
import type { WorkItem } from "../work/work-item.node.ts";
import { latencyOf } from "./latency-of.ts";
import { loadOf, type Run } from "./load-of.node.ts";

/** A server that is ready for one work item, with the load that goes with it. */
export interface Station extends AsyncDisposable {
  /** Without a look at what it shows. */
  warmUp(run: Untimed): Promise<void>;
  sample(run: Untimed): Promise<Sample>;
  latency(run: Untimed): Promise<Latency>;
  peakBytes(): Promise<number | undefined>;
}

type Untimed = Omit<Run, "timed">;

export interface StationOptions {
  /** Where servers and loads may write; the station's own. */
  readonly folder: string;
  readonly serverCores: string | undefined;
  readonly loadCores: string | undefined;
  readonly signal: AbortSignal;
}

/** Starts the server, fills it and checks its answer. Throws if any of it goes wrong. */
export async function openStation(
  contestant: Contestant,
  work: WorkItem,
  { folder, serverCores, loadCores, signal }: StationOptions,
): Promise<Station> {
  await using closing = new AsyncDisposableStack();
  closing.defer(async () => await rm(folder, { recursive: true, force: true }));
  const started = contestant.start({ folder: join(folder, "data"), cores: serverCores });
  const server = closing.use(await started);
  const load = await loadOf(work, server, { folder, cores: loadCores, signal });
  // Of large answers, parts have come when the run ends, and cost as much as in whole ones.
  const answered = ({ requests, dataBytes }: LoadResult): number =>
    work.unit === "MB/s" ? dataBytes / work.sizeBytes : requests;
  const kept = closing.move();
  return {
    warmUp: async (run) => void (await load({ ...run, timed: false })),
    sample: async (run) => {
      const before = await cpuSeconds(server.pid);
      const result = await load({ ...run, timed: false });
      const { seconds, requests, dataBytes, loadCpuSeconds } = result;
      const after = await cpuSeconds(server.pid);
      const isKnown = before !== undefined && after !== undefined;
      return {
        requestsPerSecond: requests / seconds,
        bytesPerSecond: dataBytes / seconds,
        cpuMicrosPerRequest: isKnown ? ((after - before) * 1e6) / answered(result) : undefined,
        loadShare: loadCpuSeconds === undefined ? undefined : loadCpuSeconds / seconds,
      };
    },
    latency: async (run) => latencyOf(await load({ ...run, timed: true })),
    peakBytes: async () => (await residentBytes(server.pid)).peak,
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}
