import { globSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { abseilIn } from "./abseil.node.ts";
import { type Workspace, cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";

const targets = [
  "//absl/strings",
  "//absl/status:statusor",
  "//absl/container:flat_hash_map",
  "//absl/synchronization",
];

const protocols: readonly (readonly [string, (address: string) => readonly string[]])[] = [
  [
    "gRPC, compressed",
    (address) => [
      `--remote_cache=grpc://${address}`,
      "--remote_instance_name=team/main",
      "--remote_cache_compression",
    ],
  ],
  ["HTTP", (address) => [`--remote_cache=http://${address}/team/main`]],
];

test.for(protocols)(
  "Bazel 7.7 builds Abseil over %s, and again from remote hits only",
  async ([, remote], { skip }) => {
    const root = await readyRoot("sid", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-abseil-"));
    const abseil = await abseilIn(folder.path, root);
    await using hayloft = await startHayloft({ args: ["--size", "2GiB"] });
    const flags = remote(hayloft.address);

    const first = await cleanBuild(abseil, { targets, flags });
    const actions = first.spawns.length;
    expect(actions).toBeGreaterThan(100);
    expect(countByRunner(first.spawns)).not.toHaveProperty(REMOTE_HIT);
    expect(first.complaints).toEqual([]);

    const all = await cleanBuild(abseil, {
      targets,
      flags: [...flags, "--remote_download_outputs=all"],
    });
    expect(countByRunner(all.spawns)).toEqual({ [REMOTE_HIT]: actions });
    expect(outputsOf(all.spawns)).toEqual(outputsOf(first.spawns));
    expect(all.complaints).toEqual([]);
    expect(objectFiles(abseil)).not.toEqual([]);

    const minimal = await cleanBuild(abseil, {
      targets,
      flags: [...flags, "--remote_download_minimal"],
    });
    expect(countByRunner(minimal.spawns)).toEqual({ [REMOTE_HIT]: actions });
    expect(minimal.complaints).toEqual([]);
    expect(objectFiles(abseil)).toEqual([]);
  },
);

/** What compilers made, or downloads brought. */
function objectFiles({ folder }: Workspace): readonly string[] {
  const pattern = "bazel/*/execroot/*/bazel-out/*/bin/**/*.{o,a,so}";
  return globSync(pattern, { cwd: folder });
}
