import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findPeer, peers } from "./peers.node.ts";

const signal = new AbortController().signal;

test.each(peers)("$name is the program that its variable names", async (peer) => {
  const env = { [peer.variable]: process.execPath, [`${peer.variable}_VERSION`]: "v1" };
  const found = await findPeer(peer, { env, signal });
  expect(found).toMatchObject({ name: peer.name, version: "v1" });
});

test.each(peers)("$name is left out with a remedy where it cannot be had", async (peer) => {
  const cache = await mkdtemp(join(tmpdir(), "hayloft-test-"));
  onTestFinished(async () => await rm(cache, { recursive: true }));
  const wrong = await findPeer(peer, { env: { [peer.variable]: "/nowhere" }, signal });
  expect(wrong).toMatchObject({
    name: peer.name,
    reason: `${peer.variable} is "/nowhere": give the path of a program`,
  });
  const noGo = await findPeer(peer, { env: { PATH: cache, XDG_CACHE_HOME: cache }, signal });
  const reason = "reason" in noGo ? noGo.reason : "it was found";
  expect(reason).toContain(`install Go, or set ${peer.variable}`);
});
