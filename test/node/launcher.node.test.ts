import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, mkdtempDisposable, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = (name: string): string =>
  fileURLToPath(new URL(`../../functions/node/${name}`, import.meta.url));

const launcher = program("hayloft.js");

test("the hayloft binary takes the same flags, and ends with its server", async () => {
  const data = await mkdtemp(join(tmpdir(), "hayloft-bin-"));
  const args = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--size", "256MiB"];
  const child = spawn(launcher, args, { stdio: ["ignore", "pipe", "inherit"] });
  const output: unknown[] = await once(child.stdout, "data");
  const address = /listening on (\S+)/.exec(String(output[0]))?.[1];
  expect(await (await fetch(`http://${address}/status`)).text()).toBe("hayloft\n");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  await expect(fetch(`http://${address}/status`)).rejects.toThrow();
  await rm(data, { recursive: true });
});

test("the credential helper can be linked to, and needs no more than the argument that Bazel gives it", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-bin-"));
  const linked = join(folder.path, "hayloft-credential-helper");
  await symlink(program("hayloft-credential-helper.js"), linked);
  const env = { PATH: process.env["PATH"], HOME: folder.path };
  const child = spawn(linked, ["get"], { stdio: ["pipe", "pipe", "inherit"], env });
  child.stdin.end('{"uri":"https://cache.example.com/"}');
  expect(await json(child.stdout)).toEqual({ headers: {} });
});
