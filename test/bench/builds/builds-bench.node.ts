// `npm run bench -- --of builds`: Bazel builds Abseil again with everything in the cache, from each server in turns.

import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { abseilIn } from "../../clients/abseil.node.ts";
import { cleanBuild, type Workspace } from "../../clients/bazel.node.ts";
import { countByRunner, REMOTE_HIT } from "../../clients/execution-log.ts";
import { readyRoot } from "../../clients/ready-root.node.ts";
import { readBenchOptions } from "../command-line.node.ts";
import { allOf, findContestants } from "../contestants.node.ts";
import { markdownTable } from "../../support/markdown-table.ts";
import { spreadOf } from "../../support/statistics.ts";
import type { BenchServer } from "../servers/bench-server.ts";
import { cpuSeconds } from "../../support/processor-time.node.ts";

const targets = ["//absl/strings", "//absl/container:flat_hash_map", "//absl/synchronization"];

interface Hot {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly hits: number;
}

const { values: flags } = parseArgs({
  options: {
    /** Told already by what started this. */
    of: { type: "string" },
    rounds: { type: "string", default: "3" },
    servers: { type: "string" },
  },
});

const options = readBenchOptions([
  ...(flags.servers === undefined ? [] : ["--servers", flags.servers]),
  "--rounds",
  flags.rounds,
]);
if (options !== undefined) {
  const { signal } = new AbortController();
  const contestants = await findContestants(options, signal);
  for (const { name, reason } of contestants.absent) hint(`${name} is left out: ${reason}`);
  const root = await readyRoot("sid", cannot);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-builds-"));
  const abseil = await abseilIn(folder.path, root);
  await using stack = new AsyncDisposableStack();
  const servers: BenchServer[] = [];
  for (const contestant of allOf(contestants)) {
    const data = join(folder.path, `data-${servers.length}`);
    const server = await contestant.start({ folder: data, cores: undefined });
    servers.push(stack.use(server));
    hint(`${server.name} is filled`);
    await cleanBuild(abseil, { targets, flags: flagsFor(server) });
  }
  const builds = new Map<BenchServer, Hot[]>(servers.map((server) => [server, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const server of servers) {
      hint(`round ${round}, ${server.name}`);
      builds.get(server)?.push(await hotBuild(abseil, server));
    }
  }
  const lines = servers.map((server) => lineOf(server, builds.get(server) ?? []));
  const header = ["server", "wall time, s", "server CPU, s", "remote hits"];
  process.stdout.write(`${markdownTable(header, lines)}\n`);
}

function flagsFor({ grpc, authorization }: BenchServer): readonly string[] {
  return [
    `--remote_cache=grpc://${grpc}`,
    `--remote_header='authorization=${authorization}'`,
    "--remote_download_outputs=all",
  ];
}

async function hotBuild(abseil: Workspace, server: BenchServer): Promise<Hot> {
  const cpuBefore = (await cpuSeconds(server.pid)) ?? Number.NaN;
  const built = await cleanBuild(abseil, { targets, flags: flagsFor(server) });
  const cpuAfter = (await cpuSeconds(server.pid)) ?? Number.NaN;
  if (built.complaints.length > 0) throw new Error(built.complaints.join("\n"));
  const elapsed = /Elapsed time: (?<seconds>[0-9.]+)s/.exec(built.output)?.groups?.["seconds"];
  return {
    wallSeconds: Number(elapsed),
    cpuSeconds: cpuAfter - cpuBefore,
    hits: countByRunner(built.spawns)[REMOTE_HIT] ?? 0,
  };
}

function lineOf({ name }: BenchServer, builds: readonly Hot[]): readonly string[] {
  return [
    name,
    spreadText(builds.map(({ wallSeconds }) => wallSeconds)),
    spreadText(builds.map(({ cpuSeconds: seconds }) => seconds)),
    [...new Set(builds.map(({ hits }) => String(hits)))].join(", "),
  ];
}

function spreadText(values: readonly number[]): string {
  const spread = spreadOf(values);
  if (spread === undefined) return "-";
  return `${spread.median.toFixed(2)} (${spread.min.toFixed(2)}–${spread.max.toFixed(2)})`;
}

function cannot(why: string): never {
  throw new Error(`no Bazel to build with: ${why}`);
}

function hint(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`bench: ${text}\n`);
}
