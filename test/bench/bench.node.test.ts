import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("bench.node.ts", import.meta.url));
const run = promisify(execFile);

const hasH2load = spawnSync("h2load", ["--version"]).status === 0;

/** Seconds where the machine has nothing else to do. */
const patience = { timeout: 60_000 };

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-test-"));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  return folder;
}

function argsIn(folder: string): readonly string[] {
  const alone = ["--servers", "hayloft", "--only", "GetActionResult|Write"];
  return [program, "--quick", "--rounds", "1", ...alone, "--folder", folder];
}

test.runIf(hasH2load)("Hayloft is measured alone (needs h2load)", patience, async () => {
  const folder = await emptyFolder();
  const { stdout, stderr } = await run(process.execPath, argsIn(folder));
  expect(stdout).toMatch(/^\| GetActionResult, 1 KB +\| +req\/s \| +\d/m);
  expect(stdout).toMatch(/^\| ByteStream.Write, 1 MiB +\| +MB\/s \| +\d/m);
  expect(stdout).not.toContain("What is missing");
  expect(stderr).toBe("");
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(hasH2load)(
  "Ctrl-C ends it and all that it started (needs h2load)",
  patience,
  async () => {
    const folder = await emptyFolder();
    const child = spawn(process.execPath, argsIn(folder), { stdio: ["ignore", "ignore", "pipe"] });
    for await (const { filename } of watch(folder, { recursive: true })) {
      if (filename?.includes("data") === true) break;
    }
    child.kill("SIGINT");
    const [said] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(said).toBe("bench: stopped by SIGINT\n");
    expect(child.exitCode).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  },
);

test("what the machine takes itself is told for a MiB of each", patience, async () => {
  const folder = await emptyFolder();
  const { stdout } = await run(process.execPath, [program, "--of", "machine", "--folder", folder]);
  expect(stdout).toMatch(/^\| SHA-256 +\| +\d+ \(/m);
  expect(stdout).toMatch(/^\| receive over loopback +\| +\d+ \(/m);
  expect(await readdir(folder)).toEqual([]);
});

test("a mistake on the command line is one line that says what to do", async () => {
  const failed = run(process.execPath, [program, "--rounds", "none"]);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: 'bench: --rounds is "none": give a number from 1 to 999\n',
  });
});

test("without h2load, it says how to get it", async () => {
  const failed = run(process.execPath, [program], { env: { PATH: "" } });
  const stderr =
    "bench: h2load puts on the load and is not there: install it (Debian: nghttp2-client, Homebrew: nghttp2)\n";
  await expect(failed).rejects.toMatchObject({ code: 1, stderr });
});
