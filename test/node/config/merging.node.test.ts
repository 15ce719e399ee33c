import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delimiter, join } from "node:path";
import { readFileSettings } from "../../../functions/node/config/file-settings.node.ts";
import { runHayloft } from "../run-hayloft.node.ts";
import { startHayloft } from "../../support/hayloft.node.ts";
import { ConfigFolder } from "./config-folder.node.ts";

let folder: ConfigFolder;
beforeAll(async () => void (folder = await ConfigFolder.make()));
afterAll(async () => await folder[Symbol.asyncDispose]());

const grants = [{ instance: "**", rights: ["read"] }];

describe("several configuration files", () => {
  test("count in order, before the environment and flags, and check says who decides what", async () => {
    await folder.write(
      "base.jsonc",
      '\uFEFF{ "store": "memory", "size": "64MiB", /* two */ "workers": 2, }',
    );
    await folder.write("over.ts", "export default { workers: 1, listen: '127.0.0.1:0' };");
    const { code, stdout } = await folder.check(["base.jsonc", "over.ts"], {
      args: ["--size", "32MiB"],
      env: { HAYLOFT_LISTEN: "127.0.0.1:1" },
    });
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "base.jsonc: store",
      "over.ts: workers",
      "the environment: HAYLOFT_LISTEN",
      "flags: --size",
      "",
    ]);
  });

  test("are named by HAYLOFT_CONFIG, too, unless flags name others", async () => {
    const one = await folder.write("one.jsonc", { store: "memory" });
    const two = await folder.write("two.jsonc", { open: false });
    const HAYLOFT_CONFIG = [one, two].join(delimiter);
    const { stdout } = await runHayloft(["config", "check"], { HAYLOFT_CONFIG });
    expect(stdout).toMatch(/one\.jsonc: store\n.*two\.jsonc: open\n/);
    const flags = await runHayloft(["config", "check", "--config", two], { HAYLOFT_CONFIG });
    expect(flags.stdout).not.toContain("one.jsonc");
  });

  test("are joined field by field; lists are replaced, and null takes out", async () => {
    await folder.write("all.jsonc", {
      store: "memory",
      size: "nonsense",
      geometry: { old: 4, new: 0 },
      digestFunctions: ["sha256", "sha-nothing"],
      access: { anonymous: { grants: [{ instance: "**", rights: ["reed"] }] }, sharedBlobs: ["a"] },
    });
    await folder.write("mends.jsonc", {
      size: null,
      geometry: { new: null },
      digestFunctions: ["blake3"],
      access: { anonymous: { grants } },
    });
    expect(await folder.mistakesIn("all.jsonc")).toHaveLength(4);
    const { stdout } = await folder.check(["all.jsonc", "mends.jsonc"]);
    expect(stdout).toMatch(/^all\.jsonc: store\nmends\.jsonc: geometry, digestFunctions, access\n/);
    await folder.write("text.jsonc", { access: "no-object.json" });
    expect(await folder.mistakesIn("all.jsonc", "mends.jsonc", "text.jsonc")).toEqual([
      'text.jsonc:1:2: access is "no-object.json": cannot be read (ENOENT)',
    ]);
  });

  test("have paths from their own folders", async () => {
    const jwks = { file: "keys.json" };
    const rules = [{ when: { sub: "a" }, grants }];
    const jwt = [{ issuer: "https://a.example", audience: "a", jwks, rules }];
    const one = await folder.write("one/a.jsonc", {
      listen: "unix:a.sock",
      data: "d",
      tlsKey: "/k",
    });
    const two = await folder.write("two/a.jsonc", { data: "d", access: { jwt } });
    const three = await folder.write("two/b.jsonc", { access: "policy.json" });
    const keys = join(folder.path, "two", "keys.json");
    const { values } = await readFileSettings([one, two], {});
    expect(values).toEqual({
      listen: `unix:${folder.path}/one/a.sock`,
      data: join(folder.path, "two", "d"),
      "tls-key": "/k",
      access: JSON.stringify({ jwt: [{ ...jwt[0], jwks: { file: keys } }] }),
    });
    const { values: text } = await readFileSettings([one, two, three], {});
    expect(text.access).toBe(join(folder.path, "two", "policy.json"));
  });
});

describe("a server", () => {
  test("runs with what a file says", async () => {
    const path = await folder.write("run.jsonc", {
      store: "memory",
      size: "64MiB",
      digestFunctions: ["blake3"],
      access: { anonymous: { grants } },
    });
    await using server = await startHayloft({ args: ["--config", path] });
    expect(server.output()).toContain("0.1 GiB");
    const put = { method: "PUT", body: "x" };
    expect((await fetch(`${server.url}/blake3/ac/${"0".repeat(64)}`, put)).status).toBe(403);
  });

  test("lets flags and the environment count more", async () => {
    const settings = { listen: "192.0.2.1:1", store: "memory", size: "1GiB" };
    const path = await folder.write("least.jsonc", settings);
    const env = { HAYLOFT_SIZE: "2GiB" };
    await using server = await startHayloft({ args: ["--config", path], env });
    expect(server.address).toMatch(/^127\.0\.0\.1:/);
    expect(server.output()).toContain("up to 2.0 GiB");
  });
});
