import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Why this machine lets nobody make devices; `undefined` where it does. */
export const noDevices: string | undefined = whyNoDevices();

/** A disk, backed by a file that takes only the room it uses; gone with its disposal. */
export async function attachDisk(
  sizeBytes: number,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-disk-"));
  const image = join(folder, "image");
  await using file = await open(image, "w");
  await file.truncate(sizeBytes);
  const { stdout } = await run("losetup", ["--find", "--show", image]);
  const path = stdout.trim();
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await run("losetup", ["--detach", path]);
      await rm(folder, { recursive: true });
    },
  };
}

/** A file system of that size, in memory; gone with its disposal. */
export async function mountMemory(
  sizeBytes: number,
): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-mount-"));
  await run("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "none", folder]);
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      // Whatever is still open in it: a test that failed must not leave it behind.
      await run("umount", ["--lazy", folder]);
      await rm(folder, { recursive: true });
    },
  };
}

function whyNoDevices(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  try {
    execFileSync("losetup", ["--find"], { stdio: "pipe" });
    return undefined;
  } catch {
    return "needs losetup and a free loop device";
  }
}
