// Takes the lock of a data folder, says whether it has it, and stays.

import { lockFolder } from "../../shared/adapters/disk/folder-lock.node.ts";
import { StoreError } from "../../shared/stores/store-error.ts";

const [folder = ""] = process.argv.slice(2);
try {
  const lock = await lockFolder(folder);
  process.stdin.once("end", () => void lock[Symbol.asyncDispose]());
  process.stdout.write("locked\n");
} catch (error) {
  process.stdout.write(error instanceof StoreError ? `${error.code}\n` : String(error));
}
process.stdin.resume();
