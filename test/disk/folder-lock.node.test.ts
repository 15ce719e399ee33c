import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { lockFolder } from "../../shared/adapters/disk/folder-lock.node.ts";
import { rejectionOf } from "./rejection.ts";

const holder = fileURLToPath(new URL("./hold-lock.node.ts", import.meta.url));

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-lock-"));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  return folder;
}

/** Starts a process that wants the lock, and keeps it until it is killed. */
async function starter(folder: string): Promise<{ process: ChildProcess; said: string }> {
  const process = spawn(globalThis.process.execPath, [holder, folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void process.kill("SIGKILL"));
  for await (const said of process.stdout) return { process, said: String(said) };
  throw new Error("it ended without a word");
}

async function kill(process: ChildProcess): Promise<void> {
  const ended = once(process, "exit");
  process.kill("SIGKILL");
  await ended;
}

describe("the lock of a data folder", () => {
  test("keeps a second opener out until the first has closed", async () => {
    const folder = await temporaryFolder();
    const lock = await lockFolder(folder);
    const refusal = await rejectionOf(lockFolder(folder));
    expect(refusal.code).toBe("denied");
    expect(refusal.message).toContain(`${folder} is in use by process ${process.pid}; stop it`);
    await lock[Symbol.asyncDispose]();
    await (await lockFolder(folder))[Symbol.asyncDispose]();
  });

  test("is free once its owner was killed, whatever has the owner's number now", async () => {
    const folder = await temporaryFolder();
    const first = await starter(folder);
    expect(first.said).toBe("locked\n");
    const message = new RegExp(`in use by process ${first.process.pid};`);
    await expect(lockFolder(folder)).rejects.toThrow(message);
    await kill(first.process);
    // As if the number had been given to a process that runs.
    await writeFile(join(folder, "owner"), `${process.ppid}\n`);
    await (await lockFolder(folder))[Symbol.asyncDispose]();
  });

  test("goes to exactly one of several that start at once, on a fresh folder and on a dead owner's", async () => {
    const folder = await temporaryFolder();
    for (let round = 0; round < 4; round++) {
      const starters = await Promise.all([1, 2, 3].map(async () => await starter(folder)));
      const said = starters.map((one) => one.said).toSorted();
      expect(said).toEqual(["denied\n", "denied\n", "locked\n"]);
      await Promise.all(starters.map(async (one) => await kill(one.process)));
    }
  });

  test("says what is wrong with a folder that cannot be locked", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "lock"), "not a lock".repeat(100));
    await expect(lockFolder(folder)).rejects.toThrow(`cannot lock ${join(folder, "lock")}: `);
  });
});
