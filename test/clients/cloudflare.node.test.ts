import { cp, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { secret } from "../support/secrets.node.ts";
import { startWorker } from "../support/worker.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

const token = secret("the-token-of-this-test");

const abseil = [
  "//absl/strings",
  "//absl/status:statusor",
  "//absl/container:flat_hash_map",
  "//absl/synchronization",
];

test("Bazel 7.7 builds Abseil over HTTP with a Worker, and again from remote hits only", async ({
  annotate,
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-cloudflare-"));
  await cp(join(root, "src/abseil"), join(folder.path, "abseil"), { recursive: true });
  await using worker = await startWorker({ HAYLOFT_TOKEN: token });
  const workspace = { root, folder: folder.path, path: "abseil" };
  const flags = [
    `--remote_cache=http://${worker.address}/team/main`,
    `"--remote_header=Authorization=Bearer ${token}"`,
  ];

  const first = await cleanBuild(workspace, { targets: abseil, flags });
  const actions = first.spawns.length;
  await annotate(`${actions} actions`);
  expect(actions).toBeGreaterThan(100);
  expect(countByRunner(first.spawns)).not.toHaveProperty(REMOTE_HIT);
  expect(first.complaints).toEqual([]);

  for (const mode of ["all", "minimal"]) {
    const again = await cleanBuild(workspace, {
      targets: abseil,
      flags: [...flags, `--remote_download_outputs=${mode}`],
    });
    expect(countByRunner(again.spawns)).toEqual({ [REMOTE_HIT]: actions });
    expect(outputsOf(again.spawns)).toEqual(outputsOf(first.spawns));
    expect(again.complaints).toEqual([]);
  }
  expect(worker.log()).toBe("");
});

test("Bazel shows the token as a password, and says why it is refused without", async ({
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-cloudflare-"));
  const workspace = { root, folder: folder.path, path: await smallWorkspace(folder.path) };
  await using worker = await startWorker({ HAYLOFT_TOKEN: token });
  const build = async (address: string) =>
    await cleanBuild(workspace, {
      targets: ["//..."],
      flags: [`--remote_cache=http://${address}`],
    });

  const refused = await build(worker.address);
  expect(refused.complaints.join("\n")).toContain("401 Unauthorized");
  const withPassword = `any:${token}@${worker.address}`;
  expect((await build(withPassword)).complaints).toEqual([]);
  const again = await build(withPassword);
  expect(countByRunner(again.spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
});
