import { spawnSync } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { bazelRemote } from "./bazel-remote-server.node.ts";
import { bbStorage } from "./bb-storage-server.node.ts";
import type { Contestant } from "./bench-server.ts";
import { buildPeer, type GoProgram } from "./build-peer.node.ts";

interface Peer extends GoProgram {
  readonly name: string;
  /** Names a program that is there already; the same with `_VERSION` says of which version it is. */
  readonly variable: string;
  contestant(file: string, version: string): Contestant;
}

export const peers: readonly Peer[] = [
  {
    name: "bazel-remote",
    variable: "HAYLOFT_BENCH_BAZEL_REMOTE",
    module: "github.com/buchgr/bazel-remote/v2",
    program: "github.com/buchgr/bazel-remote/v2",
    version: "v2.6.2",
    replacements: {},
    contestant: bazelRemote,
  },
  {
    name: "bb-storage",
    variable: "HAYLOFT_BENCH_BB_STORAGE",
    module: "github.com/buildbarn/bb-storage",
    program: "github.com/buildbarn/bb-storage/cmd/bb_storage",
    version: "v0.0.0-20260711051926-bdd785e3d1da",
    replacements: {
      "go.uber.org/mock": "go.uber.org/mock v0.4.0",
      "cel.dev/expr": "cel.dev/expr v0.25.1",
    },
    contestant: bbStorage,
  },
];

export interface Absent {
  readonly name: string;
  /** Why it takes no part, and what to do about it. */
  readonly reason: string;
  /** What Go said, where it was asked. */
  readonly details?: string;
}

/** The peer as it was named, as it was built before, or as it is built now. */
export async function findPeer(
  peer: Peer,
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Contestant | Absent> {
  const { name, variable, version } = peer;
  const named = env[variable];
  if (named !== undefined && named !== "") {
    if (await isProgram(named)) {
      return peer.contestant(named, env[`${variable}_VERSION`] ?? "a build of your own");
    }
    return { name, reason: `${variable} is ${JSON.stringify(named)}: give the path of a program` };
  }
  const file = join(cacheHome(env), "hayloft", "bench", `${name}-${version}`);
  if (await isProgram(file)) return peer.contestant(file, version);
  if (spawnSync("go", ["version"], { env }).status !== 0) {
    return { name, reason: `there is no Go to build it with: install Go, or set ${variable}` };
  }
  try {
    await buildPeer(peer, file, signal);
    return peer.contestant(file, version);
  } catch (error) {
    signal.throwIfAborted();
    const details = error instanceof Error ? error.message.trim() : String(error);
    return { name, reason: `Go could not build ${version}: set ${variable} instead`, details };
  }
}

function cacheHome(env: NodeJS.ProcessEnv): string {
  return env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
