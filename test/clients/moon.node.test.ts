import { mkdir, mkdtempDisposable, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { secret } from "../support/secrets.node.ts";
import { startWorker } from "../support/worker.node.ts";
import { run } from "./command.node.ts";
import { readyRoot } from "./ready-root.node.ts";

const token = secret("the-token-of-this-test");

type Server = AsyncDisposable & { readonly address: string };

const servers: readonly (readonly [string, string, () => Promise<Server>])[] = [
  ["grpc", "a server", startHayloft],
  ["http", "a server", startHayloft],
  ["http", "a Worker that wants a token", async () => await startWorker({ HAYLOFT_TOKEN: token })],
];

test.for(servers)(
  "moon restores a task's outputs from the cache over %s, from %s",
  async ([api, , start], { skip }) => {
    const root = await readyRoot("moon", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-moon-"));
    await using hayloft = await start();
    const workspace = join(folder.path, "workspace");
    await writeWorkspace(workspace, api, hayloft.address);
    const command = async (program: string, ...args: readonly string[]): Promise<string> =>
      await run(program, args, {
        cwd: workspace,
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: folder.path,
          NO_COLOR: "1",
          CACHE_TOKEN: token,
        },
        timeoutMs: 60_000,
      });
    const build = async (): Promise<string> =>
      await command(join(root, "node_modules/.bin/moon"), "--log", "info", "run", "app:build");
    await command("git", "init", "--quiet", "--initial-branch=main");
    const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    await command("git", ...author, "commit", "--quiet", "--allow-empty", "--message=Start");

    const first = await build();
    expect(first).not.toContain("cached");
    expect(first).not.toContain("WARN");
    const made = await outputs(workspace);

    await rm(join(workspace, "app/dist"), { recursive: true });
    await rm(join(workspace, ".moon/cache"), { recursive: true });
    const second = await build();
    expect(second).toContain("cached from remote");
    expect(second).not.toContain("WARN");
    expect(await outputs(workspace)).toEqual(made);
  },
);

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
        inputs: ["make.sh"],
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
}

/** What the task is to leave behind. */
async function outputs(workspace: string): Promise<unknown> {
  const dist = join(workspace, "app/dist");
  const files = ["large", "empty", "deep/text", "program"];
  return await Promise.all(
    files.map(async (file) => {
      const { mode } = await stat(join(dist, file));
      return { file, mode, text: await readFile(join(dist, file), "utf8") };
    }),
  );
}
