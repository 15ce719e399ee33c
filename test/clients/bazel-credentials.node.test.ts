import { createHash } from "node:crypto";
import { cp, copyFile, mkdir, mkdtempDisposable, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { GithubEndpoint } from "../node/credentials/github-endpoint.node.ts";
import { unsignedToken } from "../node/credentials/unsigned-token.node.ts";
import { runHayloft } from "../node/run-hayloft.node.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { type Built, cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { smallWorkspace, smallWorkspaceActions } from "./small-workspace.node.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Puts the program and its Node where Bazel finds both, and no package of npm's: `bin` is for the PATH. */
async function installHelper(folder: string): Promise<void> {
  await mkdir(join(folder, "bin"));
  await Promise.all([
    copyFile(process.execPath, join(folder, "bin", "node")),
    ...["functions", "shared"].map(
      async (name) =>
        await cp(join(repository, name), join(folder, "program", name), { recursive: true }),
    ),
    symlink(
      "../program/functions/node/hayloft-credential-helper.js",
      join(folder, "bin", "hayloft-credential-helper"),
    ),
  ]);
}

/** Logs a user in whose home is the folder. Gives what Bazel's environment needs for that. */
async function logIn(
  folder: string,
  url: string,
  token: string,
): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, "token");
  await writeFile(file, token);
  const env = { XDG_CONFIG_HOME: join(folder, "config") };
  const { code, stderr } = await runHayloft(["login", url, "--token-file", file], env);
  if (code !== 0) throw new Error(stderr);
  return { XDG_CONFIG_HOME: "/mnt/config" };
}

test.for([
  { protocol: "grpc", source: "hayloft login" },
  { protocol: "http", source: "hayloft login" },
  { protocol: "grpc", source: "GitHub Actions" },
] as const)(
  "Bazel 7.7 over $protocol shows the token that the credential helper has from $source",
  async ({ protocol, source }, { skip }) => {
    const root = await readyRoot("sid", skip);
    await using temporary = await mkdtempDisposable(join(tmpdir(), "hayloft-credentials-"));
    const folder = temporary.path;
    await installHelper(folder);
    const token = unsignedToken({ exp: Math.floor(Date.now() / 1000) + 3600 });
    const hash = createHash("sha256").update(token).digest("hex");
    await using hayloft = await startHayloft({ args: ["--token-sha256", hash] });
    await using github = await GithubEndpoint.start(() => token);

    const path = await smallWorkspace(folder);
    const build = async (env: Readonly<Record<string, string>>): Promise<Built> =>
      await cleanBuild(
        { root, folder, path, env: { PATH: "/mnt/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...env } },
        {
          targets: ["//..."],
          flags: [
            `--remote_cache=${protocol}://${hayloft.address}`,
            "--credential_helper=127.0.0.1=hayloft-credential-helper",
          ],
        },
      );

    const env =
      source === "GitHub Actions"
        ? github.variables
        : await logIn(folder, `${protocol}://${hayloft.address}`, token);
    const withoutToken = await build({});
    expect(withoutToken.spawns, "it builds all the same").toHaveLength(smallWorkspaceActions);
    expect(withoutToken.output).toContain("this cache wants to be shown a token");
    expect((await build(env)).complaints).toEqual([]);
    const again = await build(env);
    expect(countByRunner(again.spawns)).toEqual({ [REMOTE_HIT]: smallWorkspaceActions });
    expect(again.complaints).toEqual([]);
    const expected = source === "GitHub Actions" ? [`https://${hayloft.address}`] : [];
    expect([...new Set(github.audiences)]).toEqual(expected);
    expect(again.output + hayloft.output()).not.toContain(token);
  },
);
