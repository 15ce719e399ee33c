import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hayloft-cli-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("what a newcomer reads", () => {
  test("--help names every flag, its variable and its default", async () => {
    const { code, stdout, stderr } = await runHayloft(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const flag of ["listen", "data", "size", "tls-cert", "tls-key"]) {
      expect(stdout).toContain(`--${flag} `);
      expect(stdout).toContain(`HAYLOFT_${flag.toUpperCase().replace("-", "_")}`);
    }
    expect(stdout).toContain("127.0.0.1:8980");
  });

  test("no command is a call for help, and serve --help too", async () => {
    const { stdout: help } = await runHayloft(["--help"]);
    expect((await runHayloft([])).stdout).toBe(help);
    expect((await runHayloft(["serve", "--help"])).stdout).toBe(help);
  });

  test("each command has a help of its own, which help and --help print", async () => {
    const { stdout: all } = await runHayloft(["help"]);
    expect(all).toBe((await runHayloft(["help", "serve"])).stdout);
    for (const command of ["purge", "login", "logout", "credential-helper"]) {
      expect(all).toMatch(new RegExp(`^  ${command} +\\w`, "m"));
      const { code, stdout } = await runHayloft(["help", command]);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^usage: hayloft ${command} `));
      expect((await runHayloft([command, "--help"])).stdout).toBe(stdout);
    }
  });

  test("--version prints the package's version", async () => {
    expect((await runHayloft(["--version"])).stdout).toMatch(/^hayloft \d+\.\d+\.\d+\n$/);
  });

  test("a started server prints its address and the lines for Bazel", async () => {
    await using server = await startHayloft();
    expect(server.output()).toContain(`build --remote_cache=grpc://${server.address}\n`);
    expect(server.output()).toContain(`build --remote_cache=http://${server.address}\n`);
    expect(server.output()).toContain("Only this machine can reach it");
  });

  test("a server that others can reach says what that means", async () => {
    await using server = await startHayloft({ args: ["--listen", "0.0.0.0:0", "--open", "yes"] });
    expect(server.output()).toContain("Whoever can reach this address");
  });
});

describe("environment variables", () => {
  test("stand in for every flag", async () => {
    const data = join(folder, "from-environment");
    const cert = new URL("fixtures/localhost.cert.pem", import.meta.url).pathname;
    const key = new URL("fixtures/localhost.key.pem", import.meta.url).pathname;
    await using server = await startHayloft({
      env: { HAYLOFT_SIZE: "3GiB", HAYLOFT_TLS_CERT: cert, HAYLOFT_TLS_KEY: key },
    });
    expect(server.output()).toContain("up to 3.0 GiB");
    expect(server.output()).toContain("grpcs://");
    const { stderr } = await runHayloft(["serve"], {
      HAYLOFT_LISTEN: "nonsense",
      HAYLOFT_DATA: data,
    });
    expect(stderr).toContain('HAYLOFT_LISTEN) is "nonsense"');
  });

  test("say nothing to other commands", async () => {
    const { code, stdout } = await runHayloft(["logout", "https://cache.example.com"], {
      HAYLOFT_LISTEN: "nonsense",
      XDG_CONFIG_HOME: folder,
    });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "there is no token for cache.example.com:443\n",
    });
  });

  test("give way to flags", async () => {
    await using server = await startHayloft({
      args: ["--size", "2GiB"],
      env: { HAYLOFT_SIZE: "nonsense" },
    });
    expect(server.output()).toContain("up to 2.0 GiB");
  });

  test("and flags may stand in front of the command", async () => {
    const { stderr } = await runHayloft(["--listen", "nonsense", "serve"]);
    expect(stderr).toContain('HAYLOFT_LISTEN) is "nonsense"');
  });
});

describe("a server that was to be told who comes in", () => {
  test.each([
    "HAYLOFT_ACCESS",
    "HAYLOFT_TOKEN_SHA256",
    "HAYLOFT_READ_TOKEN_SHA256",
    "HAYLOFT_TLS_CLIENT_CA",
  ])("is not open where %s is empty", async (variable) => {
    const ended = await runHayloft(["serve"], { [variable]: "", HAYLOFT_STORE: "memory" });
    expectOneLine(ended, new RegExp(`${variable} is empty: give it a value, or unset it`));
  });

  test.each([" ", ",", "\n"])(
    "is not open where all tokens are %j",
    async (HAYLOFT_TOKEN_SHA256) => {
      const ended = await runHayloft(["serve"], { HAYLOFT_TOKEN_SHA256, HAYLOFT_STORE: "memory" });
      expectOneLine(ended, /HAYLOFT_TOKEN_SHA256\) is wrong: give the SHA-256/);
    },
  );

  test("starts where a flag tells it, and where something else is empty", async () => {
    const args = ["--store", "memory", "--token-sha256", "ab".repeat(32)];
    const env = { HAYLOFT_TOKEN_SHA256: "", HAYLOFT_SIZE: "" };
    await using server = await startHayloft({ args, env });
    expect(server.output()).toContain("Only who shows a token comes in.");
  });

  const grants = [{ instance: "**", rights: ["read"] }];
  const certificates = [{ when: {}, grants }];

  test.each([
    ["certificates", { certificates }, /lets nobody in: .* without --tls-client-ca FILE/],
    ["localSocket", { localSocket: { grants } }, /lets nobody in: .* for --listen unix:PATH/],
    ["both", { certificates, localSocket: { grants } }, /--tls-client-ca FILE; .*unix:PATH/],
  ])("does not start where nobody can come by %s", async (_, policy, says) => {
    const HAYLOFT_ACCESS = JSON.stringify(policy);
    expectOneLine(await runHayloft(["serve"], { HAYLOFT_ACCESS, HAYLOFT_STORE: "memory" }), says);
  });

  test("starts, and tells, where there is another way in", async () => {
    const policy = { certificates, localSocket: { grants }, anonymous: { grants } };
    const env = { HAYLOFT_ACCESS: JSON.stringify(policy) };
    await using server = await startHayloft({ args: ["--store", "memory"], env });
    expect(server.output()).toMatch(
      /"msg":"the access policy: it has certificates, .* --tls-client-ca FILE"/,
    );
    expect(server.output()).toMatch(
      /"msg":"the access policy: it has localSocket, .* --listen unix:PATH"/,
    );
  });
});

describe("mistakes end in one line that says what to do", () => {
  const cases: readonly (readonly [name: string, args: readonly string[], says: RegExp])[] = [
    ["an unknown flag", ["serve", "--lisen", "x"], /unknown flag --lisen; see --help/],
    ["an unknown short flag", ["serve", "-x"], /unknown flag -x/],
    ["an unknown command", ["server"], /unknown command server; .*hayloft serve/],
    ["help for an unknown command", ["help", "server"], /unknown command server; .*hayloft serve/],
    ["a flag of another command", ["logout", "--data", "x"], /unknown flag --data/],
    ["a stray word", ["serve", "now"], /only flags may/],
    ["a flag without its value", ["serve", "--data"], /--data needs a value: --data DIR/],
    [
      "an address for everybody, and nobody who said so",
      ["serve", "--listen", "0.0.0.0:0"],
      /with --open yes that all may/,
    ],
    [
      "tokens for a server that is open",
      ["serve", "--open", "yes", "--token-sha256", "ab".repeat(32)],
      /--open yes is for a server without/,
    ],
    ["an access policy that is not there", ["serve", "--access", "nowhere.json"], /ENOENT/],
    [
      "an access policy with a mistake",
      ["serve", "--access", '{"anonymous":{"grants":[{"instance":"**","rights":["reed"]}]}}'],
      /anonymous\.grants\[0\]\.rights\[0\]: Invalid option/,
    ],
    ["an address without a port", ["serve", "--listen", "localhost"], /give HOST:PORT/],
    ["a port that cannot be", ["serve", "--listen", "127.0.0.1:65536"], /give HOST:PORT/],
    [
      "a host that does not exist",
      ["serve", "--listen", "nowhere.invalid:0", "--open", "yes"],
      /cannot listen on/,
    ],
    ["a size without its unit", ["serve", "--size", "5"], /as 4GiB or 500MB/],
    ["a size with an unknown unit", ["serve", "--size", "5GX"], /as 4GiB or 500MB/],
    ["a size too small for anything", ["serve", "--size", "1KiB"], /at least 1MiB/],
    ["a digest function of its own", ["serve", "--digest-functions", "sha3"], /sha3.*give some of/],
    ["two functions in one", ["serve", "--digest-functions", "md5,murmur3"], /md5 or murmur3/],
    ["no digest function", ["serve", "--digest-functions", ","], /",": give some of sha256,/],
    ["an encoding of its own", ["serve", "--compress-at-rest", "gzip"], /give zstd, or none/],
    ["compression on disk", ["serve", "--compress-at-rest", "zstd"], /for --store s3\+dynamodb/],
    ["half of TLS", ["serve", "--tls-key", "k"], /--tls-key needs --tls-cert/],
    ["the other half of TLS", ["serve", "--tls-cert", "c"], /--tls-cert needs --tls-key/],
    [
      "TLS files that are not there",
      ["serve", "--tls-cert", "/nonexistent/c", "--tls-key", "/nonexistent/k"],
      /cannot read --tls-cert \/nonexistent\/c \(ENOENT\)/,
    ],
  ];

  test.each(cases)("%s", async (_, args, says) => {
    const ended = await runHayloft(args, { HAYLOFT_DATA: join(folder, "data") });
    expectOneLine(ended, says);
  });

  test("a port in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const place = `127.0.0.1:${address.port}`;
    const ended = await runHayloft(["serve", "--listen", place, "--data", folder]);
    other.close();
    expectOneLine(ended, new RegExp(`${place} is in use; choose another address with --listen`));
  });

  test("a folder that cannot be", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const ended = await runHayloft(["serve", "--data", join(file, "below")]);
    expectOneLine(ended, /cannot use the data folder .* \(ENOTDIR\); .* --data/);
  });

  // Root may write everywhere, so only others can try.
  test.skipIf(process.getuid?.() === 0)("a folder that cannot be written", async () => {
    const ended = await runHayloft(["serve", "--data", "/"]);
    expectOneLine(ended, /cannot use the data folder \/ \(EACCES\)/);
  });

  test("a device too small for a store, or not there", async () => {
    const device = join(folder, "small-device");
    await writeFile(device, "x".repeat(1000));
    const args = ["serve", "--data", join(folder, "for-device"), "--device"];
    expectOneLine(await runHayloft([...args, device]), /small-device has 1000 bytes, fewer than/);
    expectOneLine(await runHayloft([...args, `${device}-not`]), /small-device-not.* ENOENT/);
  });

  test("TLS files that hold something else", async () => {
    const file = join(folder, "not-pem");
    await writeFile(file, "certainly");
    const ended = await runHayloft(["serve", "--tls-cert", file, "--tls-key", file]);
    expectOneLine(ended, /no certificate and its key in PEM/);
  });
});

function expectOneLine(
  { code, stdout, stderr }: Awaited<ReturnType<typeof runHayloft>>,
  says: RegExp,
): void {
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^hayloft: [^\n]*\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
}
