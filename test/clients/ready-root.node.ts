import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type RootName = "sid" | "stable" | "moon";

const script = fileURLToPath(new URL("make-root.sh", import.meta.url));
/** What make-root.sh ends with where this machine lacks what it takes. */
const CANNOT = 3;

/**
 * The folder of one set of clients, made first if it is missing, which takes a minute or two. Where this machine cannot have
 * it, the test is skipped and says why; in CI that is a failure.
 */
export async function readyRoot(name: RootName, skip: (why: string) => never): Promise<string> {
  const { code, path, said } = await makeRoot(name);
  if (code === 0) return path;
  const why = said.at(-1) ?? `make-root.sh ended with code ${code}`;
  if (code !== CANNOT || process.env["CI"] === "true") throw new Error(said.join("\n"));
  return skip(why);
}

interface Made {
  readonly code: number | null;
  readonly path: string;
  /** The lines it said, the last of them why it failed. */
  readonly said: readonly string[];
}

/** Its progress is shown as it comes. */
async function makeRoot(name: RootName): Promise<Made> {
  const child = spawn("bash", [script, name], { stdio: ["ignore", "pipe", "pipe"] });
  let path = "";
  let progress = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (path += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    progress += text;
    process.stderr.write(text);
  });
  try {
    await once(child, "close");
  } catch (error) {
    return { code: CANNOT, path, said: [`make-root.sh did not start: ${String(error)}`] };
  }
  return { code: child.exitCode, path: path.trim(), said: progress.trim().split("\n") };
}
