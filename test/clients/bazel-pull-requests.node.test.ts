import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Policy } from "../../functions/access/policy.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { newToken } from "../support/tokens.node.ts";
import { type Built, cleanBuild } from "./bazel.node.ts";
import { countByRunner, REMOTE_HIT } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

const [main, pull] = [newToken("main"), newToken("pull")];

const policy: Policy = {
  tokens: [
    {
      subject: "main",
      sha256: main.sha256,
      grants: [{ instance: "main", rights: ["read", "write"] }],
    },
    {
      subject: "pull request 17",
      sha256: pull.sha256,
      grants: [
        { instance: "main", rights: ["read"] },
        { instance: "main/pr-17", rights: ["read", "write"] },
      ],
    },
  ],
};

test.for([
  { sharing: "each with blobs of its own", sharedBlobs: [] },
  { sharing: "with the blobs of both in one place", sharedBlobs: ["main"] },
])(
  "Bazel 7.7 builds a pull request from what main has built, and leaves nothing there: $sharing",
  async ({ sharedBlobs }, { skip }) => {
    const root = await readyRoot("sid", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-pulls-"));
    const env = { HAYLOFT_ACCESS: JSON.stringify({ ...policy, sharedBlobs }) };
    await using hayloft = await startHayloft({ env });
    const workspace = { root, folder: folder.path, path: await smallWorkspace(folder.path) };
    const build = async (token: string, instance: string, changed: boolean): Promise<Built> =>
      await cleanBuild(workspace, {
        targets: ["//..."],
        flags: [
          `--remote_cache=grpc://${hayloft.address}`,
          `--remote_instance_name=${instance}`,
          `"--remote_header=Authorization=Bearer ${token}"`,
          ...(changed ? ["--action_env=CHANGED=1"] : []),
        ],
      });
    const hits = ({ spawns }: Built): number | undefined => countByRunner(spawns)[REMOTE_HIT];

    expect((await build(main.token, "main", false)).complaints).toEqual([]);
    const inherited = await build(pull.token, "main/pr-17", false);
    expect([hits(inherited), inherited.complaints]).toEqual([smallWorkspaceActions, []]);

    // One of the actions has an environment of its own, which this leaves as it was.
    expect(hits(await build(pull.token, "main/pr-17", true))).toBe(1);
    expect(hits(await build(pull.token, "main/pr-17", true))).toBe(smallWorkspaceActions);
    expect(hits(await build(main.token, "main", true)), "main takes nothing from there").toBe(1);
  },
);
