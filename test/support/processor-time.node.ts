import { readFile } from "node:fs/promises";

/** Of every Linux that Node runs on; the kernel counts processor time in these. */
const TICKS_PER_SECOND = 100;

/** Fields of `/proc/PID/stat` behind the name, which may hold anything, by proc(5)'s numbers less three. */
const fields = { ownUser: 11, ownSystem: 12, childrenUser: 13, childrenSystem: 14 } as const;

/** Processor time that a process has used so far, all its threads together. `undefined` where the system is not Linux. */
export async function cpuSeconds(pid: number): Promise<number | undefined> {
  const stat = await statOf(pid);
  return stat === undefined ? undefined : parseCpuSeconds(stat, ["ownUser", "ownSystem"]);
}

/** The same of those children of this process that have ended. */
export async function endedChildrenCpuSeconds(): Promise<number | undefined> {
  const stat = await statOf(process.pid);
  return stat === undefined ? undefined : parseCpuSeconds(stat, ["childrenUser", "childrenSystem"]);
}

export function parseCpuSeconds(stat: string, names: readonly (keyof typeof fields)[]): number {
  const values = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = names.map((name) => Number(values[fields[name]]));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

async function statOf(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  return await readFile(`/proc/${pid}/stat`, "utf8");
}
