import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const launcher = fileURLToPath(new URL("../../functions/node/hayloft.js", import.meta.url));

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
