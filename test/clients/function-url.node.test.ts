import { createHash } from "node:crypto";
import { globSync, statSync } from "node:fs";
import { cp, mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limits } from "../../shared/limits.ts";
import { startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";

const token = "the-token-of-this-test";
const guarded = { HAYLOFT_TOKEN_SHA256: createHash("sha256").update(token).digest("hex") };

const abseil = [
  "//absl/strings",
  "//absl/status:statusor",
  "//absl/container:flat_hash_map",
  "//absl/synchronization",
];

test("Bazel 7.7 builds Abseil over HTTP with Lambda, and again from remote hits only", async ({
  annotate,
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-function-url-"));
  await cp(join(root, "src/abseil"), join(folder.path, "abseil"), { recursive: true });
  await using deployment = await startDeployment();
  await using server = await startFunctionUrl(deployment, guarded);
  const workspace = { root, folder: folder.path, path: "abseil" };
  const flags = [
    `--remote_cache=${server.url}/team/main`,
    `"--remote_header=Authorization=Bearer ${token}"`,
  ];

  const first = await cleanBuild(workspace, { targets: abseil, flags });
  console.log(first.complaints.length, first.complaints.slice(0, 3));
  const sizes = globSync("bazel/*/execroot/*/bazel-out/*/bin/**/*", { cwd: folder.path })
    .map((f) => statSync(join(folder.path, f)))
    .filter((s) => s.isFile())
    .map((s) => s.size)
    .toSorted((a, b) => b - a);
  console.log(sizes.length, sizes.slice(0, 6));
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
  expect(server.log()).toBe("");
});

test("above", async ({ skip }) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-function-url-"));
  await using deployment = await startDeployment();
  await using server = await startFunctionUrl(deployment, guarded);
  await mkdir(join(folder.path, "sizes"));
  await writeFile(join(folder.path, "sizes/WORKSPACE"), "");
  for (const size of [
    limits.lambdaUploadBytes,
    limits.lambdaUploadBytes + 1,
    limits.lambdaEventBytes,
  ]) {
    await writeFile(
      join(folder.path, "sizes/BUILD"),
      `genrule(name="x${size}", outs=["x${size}.bin"], cmd="head -c ${size} /dev/zero > $@")`,
    );
    for (const _ of [1, 2]) {
      const built = await cleanBuild(
        { root, folder: folder.path, path: "sizes" },
        {
          targets: ["//..."],
          flags: [
            `--remote_cache=${server.url}/team/main`,
            `"--remote_header=Authorization=Bearer ${token}"`,
          ],
        },
      );
      console.log(size, built.complaints, countByRunner(built.spawns));
    }
  }
  console.log(server.log());
});
