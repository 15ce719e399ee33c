import type { Row } from "../results/measured.ts";
import type { Contestant, StartOptions } from "../servers/bench-server.ts";
import type { WorkItem } from "../work/work-item.node.ts";
import { measureItem } from "./measure-item.node.ts";
import type { MeasureOptions } from "./measure-options.ts";

const width = { connections: 8, streams: 8 };

/** What two cores should reach of one core's rate. */
const GOAL = 1.8;

const kinds = [
  { label: "one core", cores: "0" },
  { label: "all cores", cores: undefined },
];

/** Each contestant twice: on one core, and on all. The load has eight connections, and runs wherever the system likes. */
export async function measureCores(
  contestants: readonly Contestant[],
  work: WorkItem,
  options: MeasureOptions,
): Promise<Row> {
  const held = contestants.flatMap((contestant) =>
    kinds.map(({ label, cores }) => ({
      ...contestant,
      name: coresName(contestant.name, label),
      start: async ({ folder }: StartOptions) => await contestant.start({ folder, cores }),
    })),
  );
  const measured = { ...options, loadCores: undefined, latencyWidths: [] };
  return await measureItem(held, { ...work, width, goal: GOAL }, measured);
}

export function coresNames(contestant: string): readonly string[] {
  return kinds.map(({ label }) => coresName(contestant, label));
}

function coresName(contestant: string, label: string): string {
  return `${contestant}, ${label}`;
}
