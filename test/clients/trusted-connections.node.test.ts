import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Authority } from "../support/certificates.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { cleanBuild } from "./bazel.node.ts";
import { runInChroot } from "./chroot.node.ts";
import { countByRunner, REMOTE_HIT } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

/** Debian's Bazel has no native code for HTTP/2 over TLS, nor for unix sockets. */
test("Bazel 7.7 over HTTPS with a certificate that a rule is for: every action is a remote hit", async ({
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-certificates-"));
  await using hayloft = await startWithCertificates(folder.path);
  const workspace = { root, folder: folder.path, path: await smallWorkspace(folder.path) };
  const flags = [
    `--remote_cache=https://${hayloft.address.replace("127.0.0.1", "localhost")}/builder`,
    "--tls_certificate=/mnt/ca.pem",
    "--tls_client_certificate=/mnt/client.pem",
    "--tls_client_key=/mnt/client.key",
  ];
  expect((await cleanBuild(workspace, { targets: ["//..."], flags })).complaints).toEqual([]);
  const { spawns, complaints } = await cleanBuild(workspace, { targets: ["//..."], flags });
  expect(complaints).toEqual([]);
  expect(countByRunner(spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
});

test("casupload over gRPC with the same certificate, and refused without it", async ({ skip }) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-certificates-"));
  await using hayloft = await startWithCertificates(folder.path);
  await writeFile(join(folder.path, "text"), "text\n");
  const remote = `--remote=https://${hayloft.address.replace("127.0.0.1", "localhost")}`;
  const script = `
    cas="${remote} --instance=builder --server-cert=ca.pem --retry-limit=0"
    own="--client-cert=client.pem --client-key=client.key"
    casupload $cas $own --output-digest-file=root text
    mkdir out
    casdownload $cas $own --destination-dir=out --root-digest=$(cat root)
    diff text out/text && echo whole
    casupload $cas text || echo refused
  `;
  const output = await runInChroot({ root, folder: folder.path, script, timeoutMs: 60_000 });
  expect(output).toMatch(/^whole$/m);
  expect(output).toMatch(/^refused$/m);
});

test("casupload through a unix socket", async ({ skip }) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-unix-"));
  const args = ["--listen", `unix:${join(folder.path, "cache.sock")}`];
  await using hayloft = await startHayloft({ args });
  await writeFile(join(folder.path, "text"), "text\n");
  const script = `
    cas="--remote=unix:/mnt/cache.sock"
    casupload $cas --output-digest-file=root text
    mkdir out
    casdownload $cas --destination-dir=out --root-digest=$(cat root)
    diff text out/text && echo whole
  `;
  const output = await runInChroot({ root, folder: folder.path, script, timeoutMs: 60_000 });
  expect(output).toMatch(/^whole$/m);
  expect(output).not.toContain("[ERROR]");
  expect(await hayloft.stop()).toBe(0);
});

/** A server that knows one kind of client by its certificate, which is in the folder. */
async function startWithCertificates(folder: string): Promise<Hayloft> {
  const authority = new Authority("an authority");
  // Java takes no certificate of a server whose subject is empty.
  const server = authority.issue({ subject: [["CN", "here"]], names: [["DNS", "localhost"]] });
  const client = authority.issue({ names: [["URI", "spiffe://acme/ns/ci/sa/builder"]] });
  const files = {
    "ca.pem": authority.cert,
    "server.pem": server.cert,
    "server.key": server.key,
    "client.pem": client.cert,
    "client.key": client.key,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const rule = {
    when: { uri: "spiffe://acme/ns/ci/sa/{name}" },
    grants: [{ instance: "{name}", rights: ["read", "write"] }],
  };
  const flags = { "tls-cert": "server.pem", "tls-key": "server.key", "tls-client-ca": "ca.pem" };
  return await startHayloft({
    args: Object.entries(flags).flatMap(([flag, file]) => [`--${flag}`, join(folder, file)]),
    env: { HAYLOFT_ACCESS: JSON.stringify({ certificates: [rule] }) },
  });
}
