import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Hayloft, startHayloft } from "../../support/hayloft.node.ts";
import { secret } from "../../support/secrets.node.ts";
import { newToken } from "../../support/tokens.node.ts";
import { ConfigFolder } from "./config-folder.node.ts";

let folder: ConfigFolder;
beforeAll(async () => void (folder = await ConfigFolder.make()));
afterAll(async () => await folder[Symbol.asyncDispose]());

describe("texts that are elsewhere", () => {
  test("are taken from the environment, and from files beside the configuration", async () => {
    const [one, two] = [newToken("one"), newToken("two")];
    await folder.write("secrets/two", `${two.sha256}\n`);
    const grants = [{ instance: "**", rights: ["read"] }];
    const path = await folder.write("both.jsonc", {
      store: "memory",
      tokenSha256: { $env: "ONE" },
      access: { tokens: [{ subject: "two", sha256: { $file: "secrets/two" }, grants }] },
    });
    await using server = await startHayloft({ args: ["--config", path], env: { ONE: one.sha256 } });
    const statusFor = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const method = "PUT";
      const { status } = await fetch(`${server.url}/ac/${"0".repeat(64)}`, { method, headers });
      return status;
    };
    expect(await statusFor(one.token)).toBe(200);
    expect(await statusFor(two.token)).toBe(403);
    expect(await statusFor("nobody's")).toBe(401);
  });

  test("that are not there are mistakes at their place, and no other mistakes", async () => {
    await folder.write("empty", "\n");
    await folder.write("absent.jsonc", {
      size: { $env: "HAYLOFT_TEST_ABSENT" },
      tokenSha256: [{ $file: "empty" }],
      access: { tokens: [{ subject: "a", sha256: { $file: "nowhere" }, grants: [] }] },
    });
    expect(await folder.mistakesIn("absent.jsonc")).toEqual([
      "absent.jsonc:1:2: size: the variable HAYLOFT_TEST_ABSENT is not set",
      "absent.jsonc:1:55: tokenSha256[0]: the file empty is empty",
      "absent.jsonc:1:109: access.tokens[0].sha256: the file nowhere cannot be read (ENOENT)",
    ]);
  });

  test("are never printed, whatever is wrong with them", async () => {
    const value = secret(`no-size-${crypto.randomUUID()}`);
    await folder.write("wrong.jsonc", {
      size: { $env: "VALUE" },
      listen: { $env: "VALUE" },
      workers: { $env: "VALUE" },
      access: { $env: "VALUE" },
      tlsCert: { $env: "VALUE" },
      tlsKey: { $env: "VALUE" },
      tokenSha256: { $env: "VALUE" },
      geometry: { old: { $env: "VALUE" } },
    });
    // The program's output is searched for secrets, here as everywhere.
    const { code, stderr } = await folder.check(["wrong.jsonc"], { env: { VALUE: value } });
    expect(code).toBe(2);
    expect(stderr).toContain("wrong.jsonc:1:2: size is wrong: give a number with its unit");
    expect(stderr).toContain("access is wrong: cannot be read (ENOENT)");
    await folder.write("tls.jsonc", { tlsCert: { $env: "VALUE" }, tlsKey: { $env: "VALUE" } });
    const tls = await folder.check(["tls.jsonc"], { env: { VALUE: value } });
    expect(tls.stderr).toContain("cannot read --tls-cert [the variable VALUE] (ENOENT)");
  });
});

describe("an access policy in a configuration file", () => {
  test("counts when it changes, and what is broken changes nothing", async () => {
    const policy = (rights: readonly string[]): object => ({
      store: "memory",
      access: { anonymous: { grants: [{ instance: "**", rights }] } },
    });
    const path = await folder.write("policy.jsonc", policy(["read"]));
    await using server = await startHayloft({ args: ["--config", path] });
    const status = async (): Promise<number> =>
      (await fetch(`${server.url}/ac/${"0".repeat(64)}`, { method: "PUT" })).status;
    expect(await status()).toBe(403);

    await folder.write("policy.jsonc", policy(["reed"]));
    await heard(server, /access\.anonymous\.grants\[0\]\.rights\[0\]: .*; what was good goes on/);
    expect(await status()).toBe(403);

    await folder.write("policy.jsonc", { store: "memory" });
    await heard(server, /the access policy is gone from .*policy\.jsonc; what was good goes on/);
    expect(await status()).toBe(403);

    await folder.write("policy.jsonc", policy(["read", "write"]));
    process.kill(server.pid, "SIGHUP");
    await expect.poll(status, { timeout: 5000 }).toBe(200);
  });
});

/** Has the server look at its files, and waits until it has said so. */
async function heard(server: Hayloft, line: RegExp): Promise<void> {
  process.kill(server.pid, "SIGHUP");
  await vi.waitFor(() => expect(server.output()).toMatch(line), { timeout: 5000 });
}
