import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Statistics } from "../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { countByRunner, REMOTE_HIT, type Spawn } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

function mnemonicsOf(spawns: readonly Spawn[]): ReadonlySet<string> {
  return new Set(spawns.map(({ mnemonic }) => mnemonic));
}

test("the hit rate of a build is the one that Bazel 7.7 counts itself", async ({ skip }) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-statistics-"));
  await using hayloft = await startHayloft({ args: ["--stats-header", "x-ci-job"] });
  const workspace = { root, folder: folder.path, path: await smallWorkspace(folder.path) };
  const transport = createConnectTransport({ baseUrl: hayloft.url, httpVersion: "1.1" });
  const { getStatistics } = createClient(Statistics, transport);

  let hitsOfAll = 0;
  for (const { flags, expected } of [
    { flags: [], expected: 0 },
    { flags: [], expected: smallWorkspaceActions },
    // One of the actions has an environment of its own, which this leaves as it was.
    { flags: ["--action_env=CHANGED=1"], expected: 1 },
  ]) {
    const invocationId = crypto.randomUUID();
    const { spawns } = await cleanBuild(workspace, {
      targets: ["//..."],
      flags: [
        `--remote_cache=grpc://${hayloft.address}`,
        `--invocation_id=${invocationId}`,
        "--remote_header=x-ci-job=nightly",
        ...flags,
      ],
    });
    const hits = countByRunner(spawns)[REMOTE_HIT] ?? 0;
    expect(hits).toBe(expected);
    const { statistics, mnemonics } = await getStatistics({
      subject: { case: "invocationId", value: invocationId },
    });
    expect([statistics?.actionHits, statistics?.actionMisses]).toEqual([
      BigInt(hits),
      BigInt(smallWorkspaceActions - hits),
    ]);
    expect(statistics?.actionHitRate).toBe(hits / smallWorkspaceActions);
    expect(new Set(mnemonics.map(({ mnemonic }) => mnemonic))).toEqual(mnemonicsOf(spawns));
    hitsOfAll += hits;
  }
  const { statistics } = await getStatistics({
    subject: { case: "header", value: { name: "x-ci-job", value: "nightly" } },
  });
  expect(statistics?.actionHits).toBe(BigInt(hitsOfAll));
  expect(statistics?.errors).toBe(0n);
});
