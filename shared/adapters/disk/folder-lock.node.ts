import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../stores/store-error.ts";

/** What SQLite says where another has the lock. */
const SQLITE_BUSY = 5;

/**
 * Keeps a second process from a data folder. The lock is the system's own, which ends with its process however that ends, so
 * none is ever stale: not after a crash, nor for a process of another container, whose number would say nothing. Node has no
 * call for it but through SQLite, which locks its files; nothing is stored in this one. Throws `StoreError` "denied".
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const ownerFile = join(folder, "owner");
  const lock = takeLock(join(folder, "lock"));
  if (lock === undefined) {
    const pid = await readFile(ownerFile, "utf8").catch(() => "");
    throw new StoreError(
      "denied",
      `the data folder ${folder} is in use by ${describe(pid.trim())}; stop it, or give another with --data`,
    );
  }
  // For people: who has it.
  await writeFile(ownerFile, `${process.pid}\n`).catch(() => undefined);
  return { [Symbol.asyncDispose]: async () => lock.close() };
}

/** The lock, held until it is closed; `undefined` where another has it. */
function takeLock(path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path);
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (cause) {
    lock?.close();
    if (cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY) {
      return undefined;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError("denied", `cannot lock ${path}: ${reason}`, { cause });
  }
}

function describe(pid: string): string {
  return /^[0-9]+$/.test(pid) ? `process ${pid}` : "another process";
}
