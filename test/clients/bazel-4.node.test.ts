import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

const grpc = (address: string): readonly string[] => [
  `--remote_cache=grpc://${address}`,
  "--remote_instance_name=team",
];
const http = (address: string): readonly string[] => [`--remote_cache=http://${address}/team`];

test.for([
  { fill: "gRPC", flags: grpc, other: "HTTP", otherFlags: http },
  { fill: "HTTP", flags: http, other: "gRPC", otherFlags: grpc },
])(
  "Bazel 4.2.3 fills the cache over $fill, and has remote hits only over $fill and $other",
  async ({ flags, otherFlags }, { skip }) => {
    const root = await readyRoot("stable", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-bazel4-"));
    await using hayloft = await startHayloft();
    const path = await smallWorkspace(folder.path);
    const workspace = { root, folder: folder.path, path };
    const build = async (remote: readonly string[]) =>
      await cleanBuild(workspace, { targets: ["//..."], flags: remote });

    const first = await build(flags(hayloft.address));
    expect(countByRunner(first.spawns)).not.toHaveProperty(REMOTE_HIT);
    expect(first.complaints).toEqual([]);
    expect(first.spawns).toHaveLength(smallWorkspaceActions);

    for (const again of [flags, otherFlags]) {
      const { spawns, complaints } = await build(again(hayloft.address));
      expect(countByRunner(spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
      expect(outputsOf(spawns)).toEqual(outputsOf(first.spawns));
      expect(complaints).toEqual([]);
    }
  },
);
