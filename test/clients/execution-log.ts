/** One action that Bazel may run outside of itself, as told by `--execution_log_json_file`. */
export interface Spawn {
  readonly mnemonic: string;
  /** How it came by its result: `remote cache hit`, or the strategy that ran it. */
  readonly runner: string;
  readonly remoteCacheable: boolean;
  readonly actualOutputs: readonly Output[];
}

interface Output {
  readonly path: string;
  readonly digest?: {
    readonly hash: string;
    readonly hashFunctionName: string;
    /** Left out of an empty one. */
    readonly sizeBytes?: string;
  };
}

export const REMOTE_HIT = "remote cache hit";

/** The log is one pretty-printed JSON object after another, with nothing or a line break between them. */
export function parseExecutionLog(log: string): readonly Spawn[] {
  return log
    .split(/(?<=^\})\s*(?=\{)/m)
    .filter((text) => text.trim() !== "")
    .map((text) => JSON.parse(text) as Spawn);
}

/** How many of the actions that a remote cache may serve came from each runner. */
export function countByRunner(spawns: readonly Spawn[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { runner, remoteCacheable } of spawns) {
    if (remoteCacheable) counts[runner] = (counts[runner] ?? 0) + 1;
  }
  return counts;
}

/** `path hash` of every output, in order of path. */
export function outputsOf(spawns: readonly Spawn[]): readonly string[] {
  return spawns
    .flatMap(({ actualOutputs }) => actualOutputs)
    .map(({ path, digest }) => `${path} ${digest?.hash ?? "-"}`)
    .toSorted();
}

/** The size of the largest output. */
export function largestOutputBytes(spawns: readonly Spawn[]): number {
  const outputs = spawns.flatMap(({ actualOutputs }) => actualOutputs);
  return Math.max(0, ...outputs.map(({ digest }) => Number(digest?.sizeBytes ?? 0)));
}

/** The names of the digest functions that made the outputs' hashes. */
export function hashFunctionsOf(spawns: readonly Spawn[]): readonly string[] {
  const names = spawns
    .flatMap(({ actualOutputs }) => actualOutputs)
    .flatMap(({ digest }) => (digest === undefined ? [] : [digest.hashFunctionName]));
  return [...new Set(names)];
}
