import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { Sample } from "./sampling/sample.ts";

const program = fileURLToPath(new URL("soak.node.ts", import.meta.url));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-test-"));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  return folder;
}

async function samplesIn(folder: string): Promise<readonly Sample[]> {
  const lines = (await readFile(join(folder, "samples.ndjson"), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Sample);
}

/** The whole of it, but for builds, for some seconds: too few to tell whether anything grows. */
const short = ["--minutes", "0.15", "--idle-seconds", "2", "--size", "256", "--no-builds"];

test.runIf(process.platform === "linux")(
  "a short soak has no trouble, writes its report, and leaves nothing behind",
  async () => {
    const [folder, out] = [await emptyFolder(), await emptyFolder()];
    const folders = ["--folder", folder, "--out", out];
    const child = spawn(process.execPath, [program, ...short, "--workers", "2", ...folders]);
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(complained).toBe("");
    const faults = said.match(/^- (?!.*: in the last quarter).*$/gm) ?? [];
    expect(faults).toEqual([]);
    expect(said).toMatch(/^\| troubles +\| +0 \|$/m);

    const samples = await samplesIn(out);
    expect(new Set(samples.map(({ phase }) => phase))).toEqual(
      new Set(["idle before", "load", "idle after"]),
    );
    const last = samples.at(-1);
    expect(last?.counts.requests).toBeGreaterThan(100);
    expect(last?.counts.promisesKept).toBeGreaterThan(100);
    expect(last?.heapBytes).toBeGreaterThan(0);
    expect(await readdir(out)).toEqual(["report.md", "report.svg", "samples.ndjson"]);
    expect(await readdir(folder)).toEqual([]);
  },
);

test.runIf(process.platform === "linux")(
  "Ctrl-C ends the load, and says what was found so far",
  async () => {
    const [folder, out] = [await emptyFolder(), await emptyFolder()];
    const args = ["--minutes", "5", "--idle-seconds", "1", "--size", "256", "--no-builds"];
    const child = spawn(process.execPath, [program, ...args, "--folder", folder, "--out", out]);
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const loaded = async (): Promise<boolean> =>
      (await samplesIn(out)).filter(({ phase }) => phase === "load").length > 4;
    await expect
      .poll(async () => await loaded().catch(() => false), { timeout: 30_000 })
      .toBe(true);
    child.kill("SIGINT");
    const [[report]] = await Promise.all([said, once(child, "exit")]);
    expect(report).toContain("- it was stopped before its time was over");
    expect(child.exitCode).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  },
);

test("a mistake on the command line is one line that says what to do", async () => {
  const failed = promisify(execFile)(process.execPath, [program, "--minutes", "none"]);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: 'soak: --minutes is "none": give a number above 0\n',
  });
});
