import { copyFile, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../clients/command.node.ts";
import type { Account } from "./wrangler-stand-in.node.ts";

const setup = fileURLToPath(new URL("../../infra/cloudflare/setup.node.ts", import.meta.url));
const standIn = fileURLToPath(new URL("wrangler-stand-in.node.ts", import.meta.url));
const wranglerToml = fileURLToPath(new URL("../../wrangler.toml", import.meta.url));

const emptyAccount: Account = {
  loggedIn: true,
  calls: [],
  buckets: [],
  hiddenBuckets: [],
  rules: ["Default"],
  databases: [],
  secrets: undefined,
};

/** An account, a copy of wrangler.toml, and the setup that knows no other. */
async function start(given: Partial<Account> = {}) {
  const folder = await mkdtempDisposable(join(tmpdir(), "hayloft-setup-"));
  const [accountFile, config, wrangler] = ["account.json", "wrangler.toml", "wrangler"].map(
    (name) => join(folder.path, name),
  ) as [string, string, string];
  await writeFile(accountFile, JSON.stringify({ ...emptyAccount, ...given }));
  await copyFile(wranglerToml, config);
  await writeFile(wrangler, `#!/bin/sh\nexec '${process.execPath}' '${standIn}' "$@"\n`, {
    mode: 0o755,
  });
  return {
    setup: async (...flags: readonly string[]): Promise<string> =>
      await run(process.execPath, [setup, "--config", config, ...flags], {
        env: {
          PATH: process.env["PATH"] ?? "",
          HAYLOFT_WRANGLER: wrangler,
          HAYLOFT_TEST_ACCOUNT: accountFile,
        },
        timeoutMs: 15_000,
      }),
    account: async () => JSON.parse(await readFile(accountFile, "utf8")) as Account,
    config: async () => await readFile(config, "utf8"),
    [Symbol.asyncDispose]: async () => await folder.remove(),
  };
}

test("it makes everything, and tells the token once", async () => {
  await using cloud = await start();
  const output = await cloud.setup("--location", "weur");
  const { buckets, rules, databases, secrets, calls } = await cloud.account();
  expect(buckets).toEqual(["hayloft"]);
  expect(rules).toEqual(["Default", "hayloft-broken-uploads"]);
  expect(databases).toEqual([{ name: "hayloft", uuid: "uuid-of-hayloft" }]);
  expect(calls).toContain("r2 bucket create hayloft --update-config=false --location weur");
  expect(calls).toContain("d1 create hayloft --update-config=false --location weur");
  const token = secrets?.["HAYLOFT_TOKEN"] ?? "";
  expect(token).toMatch(/^[-\w]{32}$/);
  expect(output).toContain(`Authorization=Bearer ${token}`);
  expect(output).toContain("npx wrangler deploy");
  // Nobody who lists processes sees it.
  expect(calls.join("\n")).not.toContain(token);
  expect(await cloud.config()).toContain(
    'database_name = "hayloft"\ndatabase_id = "uuid-of-hayloft"\nmigrations_dir',
  );
});

test("a second time it makes nothing, and tells nothing", async () => {
  await using cloud = await start();
  await cloud.setup();
  const [before, config] = [await cloud.account(), await cloud.config()];
  const output = await cloud.setup();
  const { calls, ...after } = await cloud.account();
  expect(after).toEqual({ ...before, calls: undefined });
  const made = calls.slice(before.calls.length).filter((call) => /create|add|put/.test(call));
  expect(made).toEqual([]);
  expect(await cloud.config()).toBe(config);
  expect(output).not.toContain("Bearer");
});

test("it goes on where it was broken off, and finds a bucket that is not listed", async () => {
  const databases = [{ name: "other", uuid: "1" }];
  await using cloud = await start({ hiddenBuckets: ["hayloft"], databases, secrets: {} });
  expect(await cloud.setup()).toContain("the bucket hayloft: was there");
  const account = await cloud.account();
  expect(account.databases.map(({ name }) => name)).toEqual(["other", "hayloft"]);
  expect(Object.keys(account.secrets ?? {})).toEqual(["HAYLOFT_TOKEN"]);
});

test("where it cannot see whether there is a token, it replaces none", async () => {
  const secrets = { HAYLOFT_TOKEN: "in-use" };
  await using cloud = await start({ secrets, failing: "secret list" });
  await expect(cloud.setup()).rejects.toThrow(/wrangler secret list .*failed:\n.*7500/);
  expect((await cloud.account()).secrets).toEqual(secrets);
});

test("--new-token puts another one in place, and leaves the rest", async () => {
  await using cloud = await start();
  await cloud.setup();
  const first = (await cloud.account()).secrets?.["HAYLOFT_TOKEN"];
  const output = await cloud.setup("--new-token");
  const second = (await cloud.account()).secrets?.["HAYLOFT_TOKEN"] ?? "";
  expect(second).not.toBe(first);
  expect(output).toContain(second);
});

test("--dry-run asks for nothing and changes nothing", async () => {
  await using cloud = await start();
  const output = await cloud.setup("--dry-run");
  expect(await cloud.account()).toEqual(emptyAccount);
  expect(await cloud.config()).toBe(await readFile(wranglerToml, "utf8"));
  expect(output.match(/npx wrangler .+/g)).toEqual([
    "npx wrangler r2 bucket create hayloft --update-config=false",
    expect.stringContaining("npx wrangler r2 bucket lifecycle add hayloft "),
    "npx wrangler d1 create hayloft --update-config=false",
    expect.stringContaining("npx wrangler d1 migrations apply hayloft --remote"),
    expect.stringContaining("npx wrangler secret put HAYLOFT_TOKEN"),
  ]);
});

test("without an account it says what to do", async () => {
  await using cloud = await start({ loggedIn: false });
  await expect(cloud.setup()).rejects.toThrow(/npx wrangler login/);
  expect((await cloud.account()).calls).toHaveLength(1);
});

test("where wrangler fails it says with what, and begins nothing that relies on it", async () => {
  await using cloud = await start({ failing: "d1 create" });
  await expect(cloud.setup()).rejects.toThrow(/wrangler d1 create hayloft .*failed:\n.*7500/);
  const { secrets, calls } = await cloud.account();
  expect(secrets).toBeUndefined();
  expect(calls.at(-1)).toMatch(/^d1 create/);
});
