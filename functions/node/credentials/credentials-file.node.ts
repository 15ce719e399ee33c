import { chmod, mkdir, open, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../commands/flags.node.ts";
import { codeOf } from "../error-code.node.ts";
import { boundedText } from "./bounded-text.node.ts";
import { jsonOf, memberOf } from "./member-of.ts";

/** The tokens that `hayloft login` keeps, by host and port. */
export type Tokens = ReadonlyMap<string, string>;

/** Where they are: a file that nobody else can read. */
export function credentialsPath(): string {
  const home = process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  return join(home, "hayloft", "credentials.json");
}

/** None where there is no such file. Throws `UsageError` where others could have read it, or changed it. */
export async function readTokens(path: string): Promise<Tokens> {
  try {
    await using file = await open(path);
    const { mode } = await file.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new UsageError(`others can read ${path}: make new tokens, or run chmod 600 on it`);
    }
    const stored = memberOf(jsonOf((await boundedText(file.createReadStream())) ?? ""), "tokens");
    if (typeof stored !== "object" || stored === null) {
      throw new UsageError(`${path} is damaged: remove it, and run hayloft login again`);
    }
    const entries: [string, unknown][] = Object.entries(stored);
    return new Map(
      entries.flatMap(([host, token]) => (typeof token === "string" ? [[host, token]] : [])),
    );
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    if (codeOf(cause) === "ENOENT") return new Map();
    throw new UsageError(`cannot read ${path} (${codeOf(cause)})`, { cause });
  }
}

/** Puts them there in one step. Throws `UsageError`. */
export async function writeTokens(path: string, tokens: Tokens): Promise<void> {
  const folder = dirname(path);
  const next = `${path}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    {
      await using file = await open(next, "wx", 0o600);
      await file.writeFile(`${JSON.stringify({ tokens: Object.fromEntries(tokens) }, null, 2)}\n`);
      await file.sync();
    }
    await rename(next, path);
  } catch (cause) {
    await rm(next, { force: true }).catch(() => undefined);
    throw new UsageError(`cannot write ${path} (${codeOf(cause)})`, { cause });
  }
}
