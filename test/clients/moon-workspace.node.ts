import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./command.node.ts";

export interface MoonSettings {
  /** Where moon is installed. */
  readonly root: string;
  readonly api: string;
  /** Of the cache. */
  readonly address: string;
  readonly token: string;
}

/** Makes a workspace with one task, and gives what runs that, with all that moon says. */
export async function moonWorkspace(
  workspace: string,
  { root, api, address, token }: MoonSettings,
): Promise<() => Promise<string>> {
  await writeWorkspace(workspace, api, address);
  const command = async (program: string, ...args: readonly string[]): Promise<string> =>
    await run(program, args, {
      cwd: workspace,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: dirname(workspace),
        NO_COLOR: "1",
        CACHE_TOKEN: token,
      },
      timeoutMs: 60_000,
    });
  await command("git", "init", "--quiet", "--initial-branch=main");
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  await command("git", ...author, "commit", "--quiet", "--allow-empty", "--message=Start");
  const moon = join(root, "node_modules/.bin/moon");
  return async () => await command(moon, "--log", "info", "run", "app:build");
}

async function writeWorkspace(folder: string, api: string, address: string): Promise<void> {
  await mkdir(join(folder, ".moon"), { recursive: true });
  await mkdir(join(folder, "app"));
  const settings = {
    projects: ["app"],
    telemetry: false,
    vcs: { client: "git", defaultBranch: "main" },
    remote: {
      api,
      host: `${api}://${address}`,
      auth: { token: "CACHE_TOKEN" },
      // Over HTTP, it accepts compressed answers without being told.
      cache: { instanceName: "team", compression: api === "grpc" ? "zstd" : "none" },
    },
  };
  const project = {
    tasks: {
      build: {
        command: "sh make.sh",
        inputs: ["make.sh", "seed"],
        outputs: ["dist"],
        toolchains: ["system"],
      },
    },
  };
  const script = `
    echo building
    mkdir -p dist/deep
    seq 1000000 >dist/large
    : >dist/empty
    echo text >dist/deep/text
    echo 'echo ran' >dist/program
    chmod +x dist/program
  `;
  // JSON is YAML too.
  await writeFile(join(folder, ".moon/workspace.yml"), JSON.stringify(settings));
  await writeFile(join(folder, "app/moon.yml"), JSON.stringify(project));
  await writeFile(join(folder, "app/make.sh"), script);
  await writeFile(join(folder, "app/seed"), "0\n");
}

/** What the task is to leave behind. */
export async function moonOutputs(workspace: string): Promise<unknown> {
  const dist = join(workspace, "app/dist");
  const files = ["large", "empty", "deep/text", "program"];
  return await Promise.all(
    files.map(async (file) => {
      const { mode } = await stat(join(dist, file));
      return { file, mode, text: await readFile(join(dist, file), "utf8") };
    }),
  );
}
