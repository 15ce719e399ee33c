import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, hashFunctionsOf, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

const blake3 = ["--host_jvm_args=-agentpath:/opt/hayloft/bazel-blake3.so"];

test.for([
  { name: "BLAKE3", how: "over gRPC", jvm: blake3, cacheOf: (at: string) => `grpc://${at}` },
  // Over HTTP nothing but the path can say which function a hash of 64 digits is from.
  { name: "BLAKE3", how: "over HTTP", jvm: blake3, cacheOf: (at: string) => `http://${at}/blake3` },
  { name: "SHA-1", how: "over gRPC", jvm: [], cacheOf: (at: string) => `grpc://${at}` },
  { name: "SHA-1", how: "over HTTP", jvm: [], cacheOf: (at: string) => `http://${at}` },
])(
  "Bazel 7.7 with $name $how: the second build is remote hits only",
  async ({ name, jvm, cacheOf }, { skip }) => {
    const root = await readyRoot("sid", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-functions-"));
    await using hayloft = await startHayloft();
    const path = await smallWorkspace(folder.path);
    const startup = [...jvm, `--digest_function=${name.replace("-", "").toLowerCase()}`];
    const workspace = { root, folder: folder.path, path, startup };
    const flags = [`--remote_cache=${cacheOf(hayloft.address)}`, "--remote_download_outputs=all"];

    const first = await cleanBuild(workspace, { targets: ["//..."], flags });
    expect(countByRunner(first.spawns)).not.toHaveProperty(REMOTE_HIT);
    expect(first.complaints).toEqual([]);
    expect(hashFunctionsOf(first.spawns)).toEqual([name]);

    const second = await cleanBuild(workspace, { targets: ["//..."], flags });
    expect(countByRunner(second.spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
    expect(outputsOf(second.spawns)).toEqual(outputsOf(first.spawns));
    expect(second.complaints).toEqual([]);
  },
);
