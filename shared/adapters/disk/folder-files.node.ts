import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AtomicFiles } from "./block-device.ts";
import { fileTrouble } from "./file-trouble.ts";

/** Small files in a folder, each replaced by renaming a synced new one over it. */
export class FolderFiles implements AtomicFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of all files that are there, those included that are being written. */
  async names(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      throw fileTrouble("read", this.#folder, error);
    }
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder, name));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw fileTrouble("read", name, error);
    }
  }

  async replace(name: string, content: Uint8Array): Promise<void> {
    const path = join(this.#folder, name);
    try {
      await writeSynced(`${path}.new`, content);
      await rename(`${path}.new`, path);
      await syncFolder(this.#folder);
    } catch (error) {
      throw fileTrouble("replace", name, error);
    }
  }

  /** Resolves when nothing, not even a power cut, brings it back. */
  async remove(name: string): Promise<void> {
    try {
      await rm(join(this.#folder, name), { force: true });
      await syncFolder(this.#folder);
    } catch (error) {
      throw fileTrouble("remove", name, error);
    }
  }
}

async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  await using file = await open(path, "w", 0o600);
  await file.writeFile(content);
  await file.sync();
}

/** Without this the rename itself may be lost. Windows has no such call, and no need of it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  await using handle = await open(folder, "r");
  await handle.sync();
}
