import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("edge-bench.node.ts", import.meta.url));

test("the bench of the edge tells of every call what it costs and copies", async () => {
  const args = ["--only", "GetActionResult|Read, 1 MiB$", "--rounds", "1", "--calls", "2"];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  expect(stdout).toMatch(/^\| GetActionResult, 1 KB +\| +\d\S* ms \| +\d\S* KiB \|$/m);
  expect(stdout).toMatch(/^\| ByteStream.Read, 1 MiB +\| +\d\S* ms \| +[1-9]\d{3} KiB \|$/m);
});
