import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ended, runProgram } from "../run-hayloft.node.ts";

const program = (name: string): string =>
  fileURLToPath(new URL(`../../../functions/node/${name}`, import.meta.url));

/** A user of the command line, with a home and an environment that nobody else has. */
export class Home implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async make(): Promise<Home> {
    return new Home(await mkdtemp(join(tmpdir(), "hayloft-home-")));
  }

  get credentials(): string {
    return join(this.#path, "config", "hayloft", "credentials.json");
  }

  /** A file of the user's. */
  file(name: string): string {
    return join(this.#path, name);
  }

  async hayloft(args: readonly string[], input = ""): Promise<Ended> {
    return await runProgram(program("main.node.ts"), args, { env: this.#environment({}), input });
  }

  /** Asks the credential helper as Bazel does. */
  async helper(input: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const helper = program("hayloft-credential-helper.js");
    return await runProgram(helper, ["get"], { env: this.#environment(env), input });
  }

  /** What it answers for a URI. */
  async headersFor(uri: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { code, stdout, stderr } = await this.helper(JSON.stringify({ uri }), env);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { recursive: true });
  }

  #environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const own = { HOME: this.#path, XDG_CONFIG_HOME: join(this.#path, "config") };
    return { PATH: dirname(process.execPath), ...own, ...env };
  }
}
