import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, hashFunctionsOf, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

const startup = [
  "--host_jvm_args=-agentpath:/opt/hayloft/bazel-blake3.so",
  "--digest_function=blake3",
];

test.for([
  { protocol: "gRPC", cacheOf: (address: string) => `grpc://${address}` },
  // Over HTTP nothing but the path can say which function a hash of 64 digits is from.
  { protocol: "HTTP", cacheOf: (address: string) => `http://${address}/blake3` },
])(
  "Bazel 7.7 with BLAKE3 over $protocol: the second build is remote hits only",
  async ({ cacheOf }, { skip }) => {
    const root = await readyRoot("sid", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-blake3-"));
    await using hayloft = await startHayloft();
    const path = await smallWorkspace(folder.path);
    const workspace = { root, folder: folder.path, path, startup };
    const flags = [`--remote_cache=${cacheOf(hayloft.address)}`, "--remote_download_outputs=all"];

    const first = await cleanBuild(workspace, { targets: ["//..."], flags });
    expect(countByRunner(first.spawns)).not.toHaveProperty(REMOTE_HIT);
    expect(first.complaints).toEqual([]);
    expect(hashFunctionsOf(first.spawns)).toEqual(["BLAKE3"]);

    const second = await cleanBuild(workspace, { targets: ["//..."], flags });
    expect(countByRunner(second.spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
    expect(outputsOf(second.spawns)).toEqual(outputsOf(first.spawns));
    expect(second.complaints).toEqual([]);
  },
);
