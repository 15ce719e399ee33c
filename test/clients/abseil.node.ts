import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Workspace } from "./bazel.node.ts";

/** Debian's Bazel does not find the native half of its zstd by itself. */
const startup = ["--host_jvm_args=-DZstdNativePath=$(echo /usr/lib/*/libzstd-jni.so)"];

/** Abseil's source as Debian has it, in a folder where Bazel may build it. */
export async function abseilIn(folder: string, root: string): Promise<Workspace> {
  await cp(join(root, "src/abseil"), join(folder, "abseil"), { recursive: true });
  return { root, folder, path: "abseil", startup };
}
