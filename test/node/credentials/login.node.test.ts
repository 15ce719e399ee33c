import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Hayloft, startHayloft } from "../../support/hayloft.node.ts";
import { tokenHashes, tokenHashVariables, tokens } from "../../support/tokens.node.ts";
import { Home } from "./home.node.ts";

const shows = (token: string): object => ({ headers: { Authorization: [`Bearer ${token}`] } });

describe("hayloft login", () => {
  let server: Hayloft;
  let home: Home;
  beforeAll(async () => void (server = await startHayloft({ env: tokenHashVariables })));
  afterAll(async () => void (await server.stop()));
  beforeEach(async () => {
    home = await Home.make();
    return async () => await home[Symbol.asyncDispose]();
  });

  test("keeps a token that the server knows, until hayloft logout", async () => {
    const { code, stdout, stderr } = await home.hayloft(["login", server.url], `${tokens.write}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`${server.url} knows this token, which may read and write\n`);
    expect(stdout + server.output()).not.toContain(tokens.write);
    // Bazel says https of every gRPC connection.
    for (const uri of [server.url, `https://${server.address}/google.bytestream.ByteStream`]) {
      expect(await home.headersFor(uri)).toEqual(shows(tokens.write));
    }
    expect(await home.headersFor("http://127.0.0.1:1/")).toEqual({ headers: {} });

    const logout = async (): Promise<string> =>
      (await home.hayloft(["logout", `grpc://${server.address}`])).stdout;
    expect(await logout()).toBe(`the token for ${server.address} is forgotten\n`);
    expect(await home.headersFor(server.url)).toEqual({ headers: {} });
    expect(await logout()).toBe(`there is no token for ${server.address}\n`);
  });

  test("comes before what the environment has", async () => {
    await home.hayloft(["login", server.url], tokens.read);
    const env = { HAYLOFT_TOKEN: "other", HAYLOFT_URL: server.url };
    expect(await home.headersFor(server.url, env)).toEqual(shows(tokens.read));
  });

  test("reads a file, and tells of an instance what may be done there", async () => {
    const grants = [{ instance: "team/**", rights: ["read", "write"] }];
    const policy = { tokens: [{ subject: "the team's CI", sha256: tokenHashes.write, grants }] };
    await writeFile(home.file("policy.json"), JSON.stringify(policy));
    await writeFile(home.file("token"), `${tokens.write}\n`);
    await using team = await startHayloft({ args: ["--access", home.file("policy.json")] });
    const login = async (url: string): Promise<string> =>
      (await home.hayloft(["login", url, "--token-file", home.file("token")])).stdout;
    expect(await login(team.url)).toContain("knows this token, which may not write\n");
    const teams = "knows this token, which may read and write to team/a\n";
    expect(await login(`grpc://${team.address}/team/a/`)).toContain(teams);
    expect(await home.headersFor(team.url)).toEqual(shows(tokens.write));
  });

  test("lets nobody else read what it keeps", async () => {
    await home.hayloft(["login", server.url], tokens.write);
    const modes = [home.credentials, home.file("config/hayloft")].map(async (path) => {
      const { mode } = await stat(path);
      return mode & 0o777;
    });
    expect(await Promise.all(modes)).toEqual([0o600, 0o700]);
  });

  test("keeps a token for each cache", async () => {
    await using other = await startHayloft({ env: tokenHashVariables });
    await home.hayloft(["login", server.url], tokens.write);
    await home.hayloft(["login", other.url], tokens.read);
    await home.hayloft(["login", other.url], tokens.write);
    await home.hayloft(["login", server.url], tokens.read);
    expect(await home.headersFor(server.url)).toEqual(shows(tokens.read));
    expect(await home.headersFor(other.url)).toEqual(shows(tokens.write));
  });

  test("a token that the server does not know is refused, and what is kept stays", async () => {
    await home.hayloft(["login", server.url], tokens.write);
    const { code, stdout, stderr } = await home.hayloft(["login", server.url], "a-secret-of-mine");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^hayloft: http:\S+ refuses the token: this is not a token of this/);
    expect(stderr + server.output()).not.toContain("a-secret-of-mine");
    expect(await home.headersFor(server.url)).toEqual(shows(tokens.write));
  });

  test("a file that others can read, or that is damaged, is not used", async () => {
    await home.hayloft(["login", server.url], tokens.write);
    await chmod(home.credentials, 0o640);
    for (const args of [
      ["login", server.url],
      ["logout", server.url],
    ]) {
      const { code, stderr } = await home.hayloft(args, tokens.write);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^hayloft: others can read .*credentials\.json: .*chmod 600/);
    }
    const question = JSON.stringify({ uri: server.url });
    expect((await home.helper(question)).stderr).toContain("others can read");
    await chmod(home.credentials, 0o600);
    const kept = await readFile(home.credentials, "utf8");
    await writeFile(home.credentials, kept.slice(0, -5));
    expect((await home.helper(question)).stderr).toMatch(/credentials\.json is damaged: remove/);
  });

  test.for([
    ["no URL", [], /URL is missing/],
    ["a token behind the URL", ["https://a.example", "secret"], /only flags may/],
    ["a token in a flag", ["https://a.example", "--token=secret"], /unknown flag --token;/],
    ["a URL of another kind", ["cache.example.com"], /give it as https:\/\//],
    [
      "a token in the URL",
      ["https://any:secret@a.example"],
      /standard input, or with --token-file/,
    ],
    ["a file that is not there", ["https://a.example", "--token-file", "/no"], /\/no \(ENOENT\)/],
    ["no token", ["https://a.example"], /standard input holds no token/],
    ["nobody who listens", ["http://127.0.0.1:9"], /cannot ask http:\/\/127\.0\.0\.1:9/, "token"],
  ] as const)("%s is a mistake, told in one line", async ([, args, says, input]) => {
    const { code, stdout, stderr } = await home.hayloft(["login", ...args], input);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^hayloft: [^\n]*\n$/);
    expect(stderr).not.toContain("secret");
  });
});
