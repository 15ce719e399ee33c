import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { WeakLink } from "../support/weak-link.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";

const SIZE = 48 * MIB;

/** What a connection lasts for. Bazel tries five times without progress, and so would never come to the end from 0. */
const CONNECTION_BYTES = 5 * MIB;

// Debian's Bazel cannot compress: it lacks the native half of zstd.
test.for([
  { bazel: "4.2.3", from: "stable" },
  { bazel: "7.7", from: "sid" },
] as const)(
  "Bazel $bazel uploads what no connection lasts for",
  async ({ from }, { annotate, skip }) => {
    const root = await readyRoot(from, skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-resumes-"));
    await using hayloft = await startHayloft({ args: ["--size", "4GiB"] });
    await using link = await WeakLink.to(hayloft.address, CONNECTION_BYTES);
    const path = "large";
    await mkdir(join(folder.path, path));
    await writeFile(join(folder.path, path, "WORKSPACE"), "");
    await writeFile(
      join(folder.path, path, "BUILD"),
      `genrule(name = "large", outs = ["large.bin"], cmd = "head -c ${SIZE} /dev/urandom > $@")`,
    );
    const workspace = { root, folder: folder.path, path };
    const build = {
      targets: ["//:large"],
      flags: [`--remote_cache=grpc://${link.address}`],
    };

    const first = await cleanBuild(workspace, build);
    await annotate(`${link.lost} connections were lost, ${link.sentBytes} bytes sent`);
    expect(first.complaints).toEqual([]);
    expect(link.lost).toBeGreaterThan(5);
    expect(link.sentBytes).toBeLessThan(1.5 * SIZE);

    const again = await cleanBuild(workspace, build);
    expect(countByRunner(again.spawns)).toEqual({ [REMOTE_HIT]: 1 });
    expect(again.complaints).toEqual([]);
  },
);
