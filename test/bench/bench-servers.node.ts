import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../functions/node/commands/flags.node.ts";
import { machineText } from "../support/machine.node.ts";
import type { BenchOptions } from "./command-line.node.ts";
import { allOf, type Contestants, findContestants } from "./contestants.node.ts";
import { requireH2load } from "./load/h2load.node.ts";
import { measureBusy } from "./measure/measure-busy.node.ts";
import { coresNames, measureCores } from "./measure/measure-cores.node.ts";
import { measureItem } from "./measure/measure-item.node.ts";
import type { MeasureOptions } from "./measure/measure-options.ts";
import { sha256Rate } from "./measure/sha256-rate.node.ts";
import { methodText } from "./method.node.ts";
import { chooseCores, type Cores } from "./pinned.node.ts";
import { frameLines } from "./profile/frame-lines.ts";
import { profileItem } from "./profile/profile-item.node.ts";
import { reportText } from "./results/markdown.ts";
import type { Row } from "./results/measured.ts";
import type { Columns, Report } from "./results/report.ts";
import { rateTable } from "./results/tables.ts";
import { writeReport } from "./results/write-report.node.ts";
import { quickItems, workItems } from "./work/items.node.ts";
import type { WorkItem } from "./work/work-item.node.ts";

const latencyWidths = [
  { connections: 1, streams: 1 },
  { connections: 1, streams: 100 },
  { connections: 10, streams: 100 },
];

export interface Surroundings {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** Carries out what the command line says. */
export async function benchServers(
  options: BenchOptions,
  { signal, say, progress, warn }: Surroundings,
): Promise<void> {
  const loadVersion = await requireH2load();
  const items = (options.quick ? quickItems : workItems).filter(({ name }) =>
    options.only.test(name),
  );
  progress("looking for the peers, or building them");
  const contestants = await findContestants(
    options.profile ? { ...options, servers: ["hayloft"] } : options,
    signal,
  );
  for (const { name, details } of contestants.absent) {
    if (details !== undefined) warn(`${name} could not be built: ${details}`);
  }
  const cores = chooseCores();
  const folder = await mkdtemp(join(options.folder, "hayloft-bench-"));
  const measure: MeasureOptions = {
    folder,
    serverCores: cores.server,
    loadCores: cores.load,
    warmUps: options.warmUps,
    rounds: options.rounds,
    mostRounds: options.mostRounds,
    seconds: options.seconds,
    latencyWidths: options.quick ? [] : latencyWidths,
    signal,
    progress,
  };
  try {
    if (options.profile) await profile(contestants, items, { measure, say });
    else if (options.cores) {
      if (cores.unpinnedBecause !== undefined)
        throw new UsageError(`--cores: ${cores.unpinnedBecause}`);
      say(await compareCores(contestants, items, measure));
    } else {
      const report = await compareServers(contestants, items, { measure, cores, loadVersion });
      say(reportText(report));
      if (options.write) await writeReport(report);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareServers(
  contestants: Contestants,
  items: readonly WorkItem[],
  { measure, cores, loadVersion }: { measure: MeasureOptions; cores: Cores; loadVersion: string },
): Promise<Report> {
  const all = allOf(contestants);
  const sha256BytesPerSecond = await sha256Rate(cores, measure.signal);
  const rows: Row[] = [];
  for (const work of items) rows.push(await measureItem(all, work, measure));
  const isBusyWanted =
    measure.latencyWidths.length > 0 &&
    items.some(({ name }) => name.startsWith("FindMissingBlobs"));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machineText(),
    method: methodText(measure, cores, loadVersion),
    columns: columnsOf(contestants),
    servers: all,
    absent: contestants.absent,
    sha256BytesPerSecond,
    rows,
    busy: isBusyWanted ? await measureBusy(all, measure) : undefined,
  };
}

async function compareCores(
  contestants: Contestants,
  items: readonly WorkItem[],
  measure: MeasureOptions,
): Promise<string> {
  const rows: Row[] = [];
  const all = allOf(contestants);
  for (const work of items) rows.push(await measureCores(all, work, measure));
  return all
    .map(({ name }) => {
      const [one = "", both = ""] = coresNames(name);
      return rateTable(rows, { ours: [both], peers: [one] }, "against one core");
    })
    .join("\n\n");
}

async function profile(
  { ours }: Contestants,
  items: readonly WorkItem[],
  { measure, say }: { measure: MeasureOptions; say: (text: string) => void },
): Promise<void> {
  for (const variant of ours) {
    for (const work of items) {
      say(frameLines(`${variant.name}, ${work.name}`, await profileItem(variant, work, measure)));
    }
  }
}

function columnsOf({ ours, peers }: Contestants): Columns {
  return { ours: ours.map(({ name }) => name), peers: peers.map(({ name }) => name) };
}
