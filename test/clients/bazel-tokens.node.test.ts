import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { tokenHashVariables, tokens } from "../support/tokens.node.ts";
import { type Built, cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

test.for([
  {
    client: "Bazel 7.7 over gRPC, which asks first",
    root: "sid",
    protocol: "grpc",
    flags: [],
    warning: "the current account is not authorized to write local results",
  },
  {
    client: "Bazel 7.7 over HTTP, which tries",
    root: "sid",
    protocol: "http",
    flags: [],
    warning: "403 Forbidden\nthe holder of a read-only token may not store blobs",
  },
  {
    // It ends a build that wants to store what it may not.
    client: "Bazel 4.2.3 over gRPC, which has to be told",
    root: "stable",
    protocol: "grpc",
    flags: ["--noremote_upload_local_results"],
    warning: "",
  },
] as const)(
  "$client: with a token for reading it has hits, and builds what it does not find",
  async ({ root: name, protocol, flags, warning }, { skip }) => {
    const root = await readyRoot(name, skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-tokens-"));
    await using hayloft = await startHayloft({ env: tokenHashVariables });
    const workspace = { root, folder: folder.path, path: await smallWorkspace(folder.path) };
    const build = async (token: string, more: readonly string[]): Promise<Built> =>
      await cleanBuild(workspace, {
        targets: ["//..."],
        flags: [
          `--remote_cache=${protocol}://${hayloft.address}`,
          `"--remote_header=Authorization=Bearer ${token}"`,
          ...more,
        ],
      });

    expect((await build(tokens.write, [])).complaints).toEqual([]);
    const known = await build(tokens.read, flags);
    expect(countByRunner(known.spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
    expect(known.complaints).toEqual([]);

    for (let times = 0; times < 2; times += 1) {
      // One of the actions has an environment of its own, which this leaves as it was.
      const changed = await build(tokens.read, [...flags, "--action_env=CHANGED=1"]);
      expect(changed.spawns).toHaveLength(smallWorkspaceActions);
      expect(countByRunner(changed.spawns)[REMOTE_HIT], "nothing was stored").toBe(1);
      expect(changed.output).toContain(warning);
    }
    for (const token of Object.values(tokens)) expect(hayloft.output()).not.toContain(token);
  },
);
