import { mkdtempDisposable } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { machineText } from "../support/machine.node.ts";
import type { SoakOptions } from "./command-line.node.ts";
import { type Counts, sumOf } from "./load/tally.ts";
import type { SoakReport } from "./results/report.ts";
import type { Sample } from "./sampling/sample.ts";
import { type Progress, Sampler } from "./sampling/sampler.node.ts";
import { makeAccess, type SoakAccess } from "./shapes/access.node.ts";
import { startEdgeShape } from "./shapes/edge-shape.node.ts";
import { startNodeShape } from "./shapes/node-shape.node.ts";
import type { SoakedServer } from "./shapes/soaked-server.ts";
import { WholeLoad, type WholeLoadOptions } from "./whole-load.node.ts";

/** As many leases end within a soak on Node, unless they would be too short for a build. */
const LEASES = 30;
const LEAST_LEASE_MS = 20_000;

/** What a server opens when it is first used is there before anything is counted. */
const WARM_UP_MS = 5000;

/** Far from those of the load, which would otherwise upload what is there. */
const WARM_UP_SEEDS = 1_000_000;

const MOST_SAMPLES = 720;
const LEAST_PAUSE_MS = 1000;

export interface Watching {
  /** Ends the load before its time. */
  readonly stop: AbortSignal;
  readonly commit: string;
  /** Where each sample goes at once. */
  readonly samplesFile: string;
  readonly seen: (sample: Sample) => void;
}

/** Starts a server, soaks it, and says what it has found. */
export async function runSoak(options: SoakOptions, watching: Watching): Promise<SoakReport> {
  const { stop, commit, samplesFile: file, seen } = watching;
  await using temporary = await mkdtempDisposable(join(options.folder, "hayloft-soak-"));
  const access = makeAccess();
  await using server = await startShape(options, access, temporary.path);
  const where = { options, server, access, folder: temporary.path };
  const warmUp = await warmedUp(where, stop);
  const heapBefore = await server.liveHeapBytes();

  const [loadMs, idleMs] = [options.minutes * 60_000, options.idleSeconds * 1000];
  const everyMs = Math.max(LEAST_PAUSE_MS, loadMs / MOST_SAMPLES);
  let progress = (): Progress => ({ counts: warmUp, builds: 0 });
  await using sampler = new Sampler({ server, file, everyMs, progress: () => progress(), seen });
  await sampler.during("idle before", idleMs, stop);

  await using load = new WholeLoad(where);
  progress = () => ({ ...load.progress, counts: sumOf([warmUp, load.progress.counts]) });
  const startMs = performance.now();
  await Promise.race([sampler.during("load", loadMs, stop), load.untilBroken()]);
  const minutes = (performance.now() - startMs) / 60_000;
  const isWhole = !stop.aborted;
  await load.stop();
  // Also of a soak that was stopped there is something to tell.
  await sampler.during("idle after", isWhole ? idleMs : 1, AbortSignal.any([]));

  const heapAfter = await server.liveHeapBytes();
  return {
    shape: options.shape,
    date: new Date().toISOString().slice(0, 10),
    machine: machineText(),
    commit,
    notes: server.notes,
    ownDescriptors: server.ownDescriptors,
    minutes,
    isWhole,
    samples: sampler.samples,
    counts: progress().counts,
    builds: load.builds,
    liveHeapBytes:
      heapBefore === undefined || heapAfter === undefined
        ? undefined
        : { before: heapBefore, after: heapAfter },
    log: server.log(),
  };
}

/** Puts on load without builds for a little while. What was done. */
async function warmedUp(where: WholeLoadOptions, stop: AbortSignal): Promise<Counts> {
  const options = { ...where.options, seed: where.options.seed + WARM_UP_SEEDS, builds: false };
  await using load = new WholeLoad({ ...where, options });
  await sleep(WARM_UP_MS, undefined, { signal: stop }).catch(() => undefined);
  await load.stop();
  return load.progress.counts;
}

async function startShape(
  { shape, minutes, sizeBytes, workers }: SoakOptions,
  access: SoakAccess,
  folder: string,
): Promise<SoakedServer> {
  if (shape === "edge") return await startEdgeShape(access);
  const leaseMs = Math.max(LEAST_LEASE_MS, (minutes * 60_000) / LEASES);
  return await startNodeShape({
    access,
    folder: join(folder, "data"),
    leaseMs,
    sizeBytes,
    workers,
  });
}
