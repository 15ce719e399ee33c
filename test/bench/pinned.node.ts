import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** As `taskset` takes them; all of them if left out. */
  readonly cores: string | undefined;
}

/** The same command, held to its cores: `taskset` becomes the program, so that its process id is the program's. */
export function pinned({ file, args, cores }: Command): Pick<Command, "file" | "args"> {
  if (cores === undefined) return { file, args };
  return { file: "taskset", args: ["-c", cores, file, ...args] };
}

/** Where the server and where its load run: each on a core of its own, or, with the reason, wherever the system likes. */
export interface Cores {
  readonly server: string | undefined;
  readonly load: string | undefined;
  readonly unpinnedBecause?: string;
}

export function chooseCores(): Cores {
  const unpinned = { server: undefined, load: undefined };
  if (availableParallelism() < 2) {
    return { ...unpinned, unpinnedBecause: "there is one core for the server and its load" };
  }
  if (spawnSync("taskset", ["--version"]).status !== 0) {
    return { ...unpinned, unpinnedBecause: "taskset is not there (Linux: install util-linux)" };
  }
  return { server: "0", load: "1" };
}
