import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

const KIB = 1024;

/** Memory of a process that is in the machine's RAM now. Linux tells the most there ever was, too; elsewhere it is `undefined`. */
export interface ResidentBytes {
  readonly now: number;
  readonly peak: number | undefined;
}

export async function residentBytes(pid: number): Promise<ResidentBytes> {
  if (process.platform !== "linux") return { now: await residentByPs(pid), peak: undefined };
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return { now: kibibytesOf(status, "VmRSS"), peak: kibibytesOf(status, "VmHWM") };
}

/** What a process has open of the system: files, sockets and the like, and its threads. */
interface OpenThings {
  readonly descriptors: number;
  readonly threads: number;
}

/** `undefined` where the system does not say. */
export async function openThings(pid: number): Promise<OpenThings | undefined> {
  if (process.platform !== "linux") return undefined;
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const threads = Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1]);
  return { descriptors: (await readdir(`/proc/${pid}/fd`)).length, threads };
}

/** Sockets that a process has open; `undefined` where the system does not say. */
export async function openSockets(pid: number): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all(
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => "closed")),
  );
  return targets.filter((target) => target.startsWith("socket:")).length;
}

function kibibytesOf(status: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`the process's status has no ${field}`);
  return Number(kibibytes) * KIB;
}

async function residentByPs(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) * KIB;
}
