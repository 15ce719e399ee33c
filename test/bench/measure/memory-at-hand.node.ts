import { open, rm } from "node:fs/promises";
import { join } from "node:path";

const piece = new Uint8Array(256 * 1024);

/**
 * Has the system have memory at hand for so many bytes of files: what it used last, it uses next. The host of a virtual machine takes
 * back what is free, and gives each page again when it is touched, which would take several times what writing it does.
 */
export async function memoryAtHand(
  folder: string,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  const path = join(folder, "scratch");
  try {
    await using file = await open(path, "w");
    for (let at = 0; at < bytes; at += piece.byteLength) {
      signal.throwIfAborted();
      await file.write(piece);
    }
  } finally {
    await rm(path, { force: true });
  }
}
