import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("store-bench.node.ts", import.meta.url));

test("the bench runs, and says all that it should", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, "--tiny"]);
  expect(stdout).toMatch(/MiB\/s written and synced/);
  expect(stdout).toMatch(/^\| 1 MiB \| \d/m);
  expect(stdout).toMatch(/FindMissing of 1000 digests: \d/);
  expect(stdout).toMatch(/the first blob read \d/);
});
