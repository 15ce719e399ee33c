import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runInChroot } from "./chroot.node.ts";
import { type Spawn, parseExecutionLog } from "./execution-log.ts";

/** A workspace, and the Bazel that builds it. */
export interface Workspace {
  readonly root: string;
  /** Seen inside as /mnt. */
  readonly folder: string;
  /** Where the WORKSPACE file is, inside. */
  readonly path: string;
  /** Flags that go before the command. */
  readonly startup?: readonly string[];
  /** Added to the environment that it runs in. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Build {
  readonly targets: readonly string[];
  readonly flags: readonly string[];
}

export interface Built {
  readonly spawns: readonly Spawn[];
  /** What Bazel said about the remote cache: it goes on without a cache that fails, so nothing else would tell. */
  readonly complaints: readonly string[];
  /** All that Bazel said. It quotes what a server answers in the lines after a complaint. */
  readonly output: string;
}

const BUILD_TIMEOUT_MS = 8 * 60_000;

/** Removes all outputs of earlier builds, then builds. */
export async function cleanBuild(workspace: Workspace, build: Build): Promise<Built> {
  const bazel = ["bazel", "--output_user_root=/mnt/bazel", ...(workspace.startup ?? [])].join(" ");
  const flags = [
    "--color=no",
    "--curses=no",
    "--show_progress_rate_limit=60",
    "--execution_log_json_file=/mnt/spawns.json",
    ...build.flags,
  ];
  const output = await runInChroot({
    root: workspace.root,
    folder: workspace.folder,
    script: `
      rm -f spawns.json
      cd ${workspace.path}
      ${bazel} clean
      ${bazel} build ${flags.join(" ")} ${build.targets.join(" ")}
    `,
    env: workspace.env ?? {},
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  const log = await readFile(join(workspace.folder, "spawns.json"), "utf8");
  return {
    spawns: parseExecutionLog(log),
    complaints: output.split("\n").filter((line) => /remote.?cache:|bulk transfer/i.test(line)),
    output,
  };
}
