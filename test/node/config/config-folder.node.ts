import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, runHayloft } from "../run-hayloft.node.ts";

/** A folder with configuration files, and the program that reads them. */
export class ConfigFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<ConfigFolder> {
    return new ConfigFolder(await mkdtemp(join(tmpdir(), "hayloft-config-")));
  }

  /** Writes a file, as JSON unless it is text already; its path. */
  async write(name: string, contents: string | object): Promise<string> {
    const path = join(this.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof contents === "string" ? contents : JSON.stringify(contents));
    return path;
  }

  /** `hayloft config check` of files; what it prints has their names without the folder. */
  async check(
    names: readonly string[],
    { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
  ): Promise<Ended> {
    const files = names.flatMap((name) => ["--config", join(this.path, name)]);
    const ended = await runHayloft(["config", "check", ...files, ...args], env);
    const without = (text: string): string => text.replaceAll(`${this.path}/`, "");
    return { ...ended, stdout: without(ended.stdout), stderr: without(ended.stderr) };
  }

  /** The mistakes in files, without the name of the program. */
  async mistakesIn(...names: readonly string[]): Promise<readonly string[]> {
    const { code, stderr } = await this.check(names);
    if (code !== 2) throw new Error(`ended with ${code}: ${stderr}`);
    return stderr
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^hayloft: /, ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}
