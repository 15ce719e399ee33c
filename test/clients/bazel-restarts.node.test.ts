import { cp, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ActivatedHayloft } from "../support/activated-hayloft.node.ts";
import { type Build, type Built, type Workspace, cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";

const targets = ["//absl/strings"];

/** From one start of the server to its next end: several times in a build of all hits, which takes a few seconds. */
const SERVES_MS = 500;

/** Restarts the server until the work is over. How often it did. */
async function restartDuring(work: Promise<unknown>, hayloft: ActivatedHayloft): Promise<number> {
  const over = work.then(
    () => true,
    () => true,
  );
  let restarts = 0;
  while (!(await Promise.race([over, sleep(SERVES_MS, false)]))) {
    await hayloft.restart();
    restarts += 1;
  }
  return restarts;
}

test.for(["grpc", "http"])(
  "Bazel 7.7 builds Abseil over %s while a socket unit's server is restarted, and again from remote hits only",
  async (scheme, { annotate, skip }) => {
    const root = await readyRoot("sid", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-restarts-"));
    await cp(join(root, "src/abseil"), join(folder.path, "abseil"), { recursive: true });
    await using hayloft = await ActivatedHayloft.start({ args: ["--size", "2GiB"] });
    const abseil: Workspace = { root, folder: folder.path, path: "abseil" };
    const build = async (more: Build["flags"] = []): Promise<Built> => {
      const flags = [`--remote_cache=${scheme}://${hayloft.address}`, ...more];
      const startMs = performance.now();
      const building = cleanBuild(abseil, { targets, flags });
      const [built, restarts] = await Promise.all([building, restartDuring(building, hayloft)]);
      const seconds = Math.round((performance.now() - startMs) / 1000);
      const counts = JSON.stringify(countByRunner(built.spawns));
      await annotate(`${counts} in ${seconds} s, while the server was restarted ${restarts} times`);
      expect(restarts).toBeGreaterThanOrEqual(2);
      expect(built.complaints).toEqual([]);
      return built;
    };

    const cold = await build();
    const actions = cold.spawns.length;
    expect(actions).toBeGreaterThan(50);
    expect(countByRunner(cold.spawns)).not.toHaveProperty(REMOTE_HIT);

    const warm = await build(["--remote_download_outputs=all"]);
    expect(countByRunner(warm.spawns)).toEqual({ [REMOTE_HIT]: actions });
    expect(outputsOf(warm.spawns)).toEqual(outputsOf(cold.spawns));
  },
);
