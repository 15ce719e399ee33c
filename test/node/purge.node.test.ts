import { writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../disk/folder.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { newToken } from "../support/tokens.node.ts";
import { type Ended, runHayloft } from "./run-hayloft.node.ts";

const hash = "ab".repeat(32);
const other = "cd".repeat(32);

/** The status of a request on a connection of its own, so that any thread may serve it. */
async function status(method: "GET" | "PUT", url: string, token?: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  request(url, { method, headers, agent: new Agent({ keepAlive: false }) }, (response) => {
    response.resume().once("end", () => resolve(response.statusCode ?? 0));
  })
    .on("error", reject)
    .end();
  return await promise;
}

async function purge(
  { url }: Hayloft,
  flags: readonly string[],
  token: string = "",
): Promise<Ended> {
  const XDG_CONFIG_HOME = await temporaryFolder();
  return await runHayloft(["purge", url, ...flags], { HAYLOFT_TOKEN: token, XDG_CONFIG_HOME });
}

describe("hayloft purge, where a policy says who administers", () => {
  const [root, team, ci, pr] = ["root", "team", "ci", "pr"].map(newToken);
  const policy = {
    tokens: [
      holder("root", root, "**", ["read", "write", "admin"]),
      holder("team", team, "main/**", ["read", "admin"]),
      holder("ci", ci, "main/**", ["read", "write"]),
      holder("pr", pr, "main/**", ["read", "write"]),
    ],
  };

  function holder(
    subject: string,
    token: ReturnType<typeof newToken> | undefined,
    instance: string,
    rights: readonly string[],
  ) {
    return { subject, sha256: token?.sha256, grants: [{ instance, rights }] };
  }

  test("takes away what fits, and nothing else", async () => {
    const access = join(await temporaryFolder(), "access.json");
    await writeFile(access, JSON.stringify(policy));
    await using server = await startHayloft({ args: ["--access", access, "--store", "memory"] });
    const put = async (path: string, as = ci): Promise<number> =>
      await status("PUT", `${server.url}/${path}`, as?.token);
    const get = async (path: string): Promise<number> =>
      await status("GET", `${server.url}/${path}`, root?.token);

    expect(await put(`main/ac/${hash}`)).toBe(200);
    expect(await put(`main/x/ac/${other}`, pr)).toBe(200);
    expect(await put(`elsewhere/ac/${hash}`, root)).toBe(200);

    const made = await purge(server, ["--instance", "main/**", "--subject", "ci"], team?.token);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(
      /^purged every action result that ci wrote in main\/\*\* before \S+: purge [0-9a-f]{8}\n$/,
    );
    expect(await get(`main/ac/${hash}`)).toBe(404);
    expect(await get(`main/x/ac/${other}`)).toBe(200);
    expect(await get(`elsewhere/ac/${hash}`)).toBe(200);

    for (const flags of [["--yes"], ["--instance", "**"], ["--instance", "elsewhere"]]) {
      const refused = await purge(server, [...flags, "--action", hash], team?.token);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain("team may not administer the cache");
    }
    const nobody = await purge(server, ["--list"], "wrong");
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("not a token")]);

    const all = await purge(server, ["--yes"], root?.token);
    expect(all.stdout).toMatch(/, in place of 1 that it includes\n$/);
    expect(await get(`main/x/ac/${other}`)).toBe(404);
    expect(await get(`elsewhere/ac/${hash}`)).toBe(404);
    expect(await put(`main/ac/${hash}`)).toBe(200);
    expect(await get(`main/ac/${hash}`)).toBe(200);

    const listed = await purge(server, ["--list"], root?.token);
    const line = /^(?<id>\S+) {2}every action result before \S+, by root at \S+\n$/;
    expect(listed.stdout).toMatch(line);
    expect((await purge(server, ["--list"], team?.token)).stdout).toBe("no purge is in force\n");
    const id = line.exec(listed.stdout)?.groups?.["id"] ?? "";
    expect((await purge(server, ["--remove", id], team?.token)).code).toBe(2);
    const ended = await purge(server, ["--remove", id], root?.token);
    expect(ended.stdout).toBe(`ended ${id}: what it purged and is still stored is served again\n`);
    expect(await get(`main/x/ac/${other}`)).toBe(200);
  });
});

describe("hayloft purge", () => {
  test("purges nothing where it is not certain what", async () => {
    await using server = await startHayloft({ args: ["--store", "memory"] });
    for (const [flags, reason] of [
      [[], "say so with --yes"],
      [["--instance", "**", "--before", "2026-01-01"], "2026-01-01T00:00:00.000Z; say so"],
      [["--before", "2026-01-01T08:00"], "with its zone"],
      [["--before", "2999-01-01", "--yes"], "in the future"],
      [["--action", "ab"], "no hash"],
      [["--instance", "a//b"], "double slash"],
      [["--list", "--yes"], "runs of their own"],
      [["--list=x"], "takes no value"],
      [["--remove", "x"], "no purge"],
    ] as const) {
      const { code, stdout, stderr } = await purge(server, flags);
      expect([flags, code, stdout, stderr]).toEqual([
        flags,
        2,
        "",
        expect.stringContaining(reason),
      ]);
    }
    const { stdout } = await purge(server, ["--list"]);
    expect(stdout).toBe("no purge is in force\n");
  });

  test("names a server that is not there", async () => {
    const server = await startHayloft({ args: ["--store", "memory"] });
    await server.stop();
    const { code, stderr } = await purge(server, ["--list"]);
    expect([code, stderr]).toEqual([
      2,
      `hayloft: ${server.url}: it cannot be reached (ECONNREFUSED)\n`,
    ]);
  });

  test("reaches the instance without a name", async () => {
    await using server = await startHayloft({ args: ["--store", "memory"] });
    for (const path of ["ac", "main/ac"]) await status("PUT", `${server.url}/${path}/${hash}`);
    expect((await purge(server, ["--instance", ""])).stdout).toContain("instance without a name");
    expect(await status("GET", `${server.url}/ac/${hash}`)).toBe(404);
    expect(await status("GET", `${server.url}/main/ac/${hash}`)).toBe(200);
  });

  test("holds after a kill -9 that follows its answer", async () => {
    const data = await temporaryFolder();
    {
      await using server = await startHayloft({ data });
      expect(await status("PUT", `${server.url}/main/ac/${hash}`)).toBe(200);
    }
    const server = await startHayloft({ data });
    expect(await status("GET", `${server.url}/main/ac/${hash}`)).toBe(200);
    const { stdout } = await purge(server, ["--instance", "main"]);
    await server.kill();
    await using again = await startHayloft({ data });
    expect(await status("GET", `${again.url}/main/ac/${hash}`)).toBe(404);
    const id = /purge (?<id>[0-9a-f]{8})/.exec(stdout)?.groups?.["id"] ?? "";
    expect((await purge(again, ["--remove", id])).code).toBe(0);
    expect(await status("GET", `${again.url}/main/ac/${hash}`)).toBe(200);
  });

  /** Other systems let no threads share a port. */
  test.skipIf(process.platform !== "linux")("is known to all threads that serve", async () => {
    await using server = await startHayloft({ args: ["--workers", "2"] });
    const url = `${server.url}/main/ac/${hash}`;
    const statuses = async (): Promise<ReadonlySet<number>> =>
      new Set(await Promise.all(Array.from({ length: 32 }, async () => await status("GET", url))));
    expect(await status("PUT", url)).toBe(200);
    expect(await statuses()).toEqual(new Set([200]));
    expect((await purge(server, ["--yes"])).code).toBe(0);
    expect(await statuses()).toEqual(new Set([404]));
    expect(await status("PUT", url)).toBe(200);
    expect(await statuses()).toEqual(new Set([200]));
  });
});
