import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Where the source of a server is. */
export interface GoProgram {
  readonly module: string;
  /** The package of its program. */
  readonly program: string;
  /** A tag or a commit. */
  readonly version: string;
  /** Modules that its own go.mod takes from elsewhere, which counts only if ours does so, too. */
  readonly replacements: Readonly<Record<string, string>>;
}

/** Builds the program as `file`, in a module of its own. Throws, with what Go says, if that does not work. */
export async function buildPeer(
  { module, program, version, replacements }: GoProgram,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-bench-go-"));
  try {
    const replaces = Object.entries(replacements).map(([from, to]) => `replace ${from} => ${to}\n`);
    await writeFile(join(folder, "go.mod"), `module bench\n\n${replaces.join("")}`);
    const built = join(folder, "built");
    const go = async (...args: string[]): Promise<void> => {
      await promisify(execFile)("go", args, { cwd: folder, signal });
    };
    await go("get", `${module}@${version}`);
    await go("build", "-mod=mod", "-o", built, program);
    await mkdir(dirname(file), { recursive: true });
    // A build that is broken off leaves nothing that looks like a program.
    await copyFile(built, `${file}.part`);
    await rename(`${file}.part`, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
