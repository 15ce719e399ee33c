import { createHash } from "node:crypto";
import { cp, mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limits } from "../../shared/limits.ts";
import {
  type FunctionUrl,
  startDeployment,
  startFunctionUrl,
} from "../support/function-url.node.ts";
import { secret } from "../support/secrets.node.ts";
import { type Build, type Built, cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, largestOutputBytes, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";

const token = secret("the-token-of-this-test");
const guarded = { HAYLOFT_TOKEN_SHA256: createHash("sha256").update(token).digest("hex") };

const flagsFor = ({ url }: FunctionUrl): Build["flags"] => [
  `--remote_cache=${url}/team/main`,
  `"--remote_header=Authorization=Bearer ${token}"`,
];

const abseil = [
  "//absl/strings",
  "//absl/status:statusor",
  "//absl/container:flat_hash_map",
  "//absl/synchronization",
];

test("Bazel 7.7 builds Abseil over HTTP with a Lambda function, and again from remote hits only", async ({
  annotate,
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-function-url-"));
  await cp(join(root, "src/abseil"), join(folder.path, "abseil"), { recursive: true });
  await using deployment = await startDeployment();
  await using server = await startFunctionUrl(deployment, guarded);
  const build = async (more: Build["flags"] = []): Promise<Built> => {
    const startMs = performance.now();
    const workspace = { root, folder: folder.path, path: "abseil" };
    const flags = [...flagsFor(server), ...more];
    const built = await cleanBuild(workspace, { targets: abseil, flags });
    const seconds = Math.round((performance.now() - startMs) / 1000);
    await annotate(`${JSON.stringify(countByRunner(built.spawns))} in ${seconds} s`);
    expect(built.complaints).toEqual([]);
    return built;
  };

  const cold = await build();
  const actions = cold.spawns.length;
  await annotate(`the largest output has ${largestOutputBytes(cold.spawns)} bytes`);
  expect(actions).toBeGreaterThan(100);
  expect(countByRunner(cold.spawns)).not.toHaveProperty(REMOTE_HIT);

  for (const mode of ["all", "minimal"]) {
    const again = await build([`--remote_download_outputs=${mode}`]);
    expect(countByRunner(again.spawns)).toEqual({ [REMOTE_HIT]: actions });
    expect(outputsOf(again.spawns)).toEqual(outputsOf(cold.spawns));
  }
  expect(server.log()).toBe("");
});

/** One action for each size. */
const sizesFile = `
[genrule(name = "of_%d" % size, outs = ["%d.bin" % size], cmd = "head -c %d /dev/zero > $@" % size) for size in [
    ${limits.lambdaUploadBytes},
    ${limits.lambdaUploadBytes + 1},
    ${limits.lambdaEventBytes},
]]
`;

test("Bazel 7.7 goes on without what a function does not admit, and quotes what to do about it", async ({
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-function-url-"));
  await mkdir(join(folder.path, "sizes"));
  await writeFile(join(folder.path, "sizes/WORKSPACE"), "");
  await writeFile(join(folder.path, "sizes/BUILD"), sizesFile);
  await using deployment = await startDeployment();
  await using server = await startFunctionUrl(deployment, guarded);

  for (const hits of [0, 1]) {
    const workspace = { root, folder: folder.path, path: "sizes" };
    const built = await cleanBuild(workspace, { targets: ["//..."], flags: flagsFor(server) });
    expect(built.spawns).toHaveLength(3);
    expect(countByRunner(built.spawns)[REMOTE_HIT] ?? 0).toBe(hits);
    const refusals = built.complaints.filter((line) => line.includes("Remote Cache: 413 "));
    expect(refusals).toHaveLength(2);
    expect(built.complaints).toEqual(refusals);
    // By the function.
    expect(built.output).toMatch(/are more than the \d+ that fit.*hayloft\.v1\.Transfers.*Node/);
    // By Lambda itself, before it.
    expect(built.output).toContain("Request Entity Too Large");
  }
  expect(server.log()).toBe("");
});
