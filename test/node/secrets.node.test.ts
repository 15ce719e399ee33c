import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createTarget } from "../conformance/target.node.ts";
import { clientsOn } from "../conformance/check.ts";
import { randomBlob } from "../conformance/blobs.ts";
import { failure } from "../conformance/outcome.ts";
import { readName, writeBlob, read } from "../conformance/streams.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { environmentOf, startLocalAws } from "../support/local-aws.node.ts";
import { dynamoError, s3Error } from "../support/scripted-server.node.ts";
import { expectNoSecrets, linesWithSecrets, secret } from "../support/secrets.node.ts";
import { newToken, tokenHashes, tokenHashVariables, tokens } from "../support/tokens.node.ts";
import { startTroubled } from "../support/troubled-engine.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";
import { loggedIn } from "../support/logged.ts";

const hash = "a".repeat(64);

describe("the check of all that programs print", () => {
  it.for([
    ["a token", `it says ${tokens.write} here`],
    ["its hash", `it says ${tokenHashes.read} here`],
    ["what somebody shows", "authorization: Bearer whatever-it-is"],
    ["a password", "Authorization=Basic YW55OnBhc3N3b3Jk"],
    ["a JWT", `it says ${jwt("somebody")} here`],
    ["a presigned URL", "PUT https://bucket/key?X-Amz-Signature=0123456789abcdef"],
    ["a token in a URL", "GET http://any:password@host/cas/"],
  ])("finds %s, and does not repeat it", ([, line = ""]) => {
    const [found = ""] = linesWithSecrets(`a line before\n${line}\na line after`);
    expect(found).toContain("[secret]");
    expect(line).not.toBe(found);
    expect(() => expectNoSecrets(line)).toThrow(found);
  });

  it("passes over what says how a token is shown", () => {
    const help = "--remote_header=Authorization=Bearer TOKEN, or https://any:TOKEN@HOST";
    expect(linesWithSecrets(help)).toEqual([]);
  });

  it("fails the test that stops a server which has printed one", async () => {
    const server = await startHayloft({ args: ["--store", "memory"] });
    // The banner tells its address, which is no secret otherwise.
    secret(server.address);
    await expect(server.stop()).rejects.toThrow("listening on [secret]");
  });
});

/** Without a signature that anybody would take. */
function jwt(subject: string): string {
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  return secret(`${encoded({ alg: "RS256" })}.${encoded({ sub: subject })}.c2lnbmF0dXJl`);
}

/** Sends a request as it is, and waits for the first bytes of the answer. */
async function send(address: string, head: string): Promise<string> {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => undefined).write(`${head}\r\nhost: cache\r\n\r\n`);
  const answer = await new Promise<string>((resolve) =>
    socket
      .setEncoding("latin1")
      .once("data", resolve)
      .once("close", () => resolve("")),
  );
  socket.destroy();
  return answer;
}

describe("a server in trouble tells of the trouble, and of no secret", () => {
  it.for(["own", "node"])("over %s HTTP/2, and HTTP/1.1", async (http2) => {
    await using aws = await startLocalAws();
    await using dynamo = await startTroubled(aws.dynamo);
    await using s3 = await startTroubled(aws.s3);
    const env = { ...aws.env, ...environmentOf(s3, dynamo), ...tokenHashVariables };
    // Stopping it looks at all that it has printed.
    await using server = await startHayloft({ args: [...aws.args, "--http2", http2], env });
    // The same trouble would be told but once.
    dynamo.trouble = (request, response, before) =>
      dynamoError(400, `Trouble${before}Exception`)(request, response, before);
    s3.trouble = s3Error(403, "SignatureDoesNotMatch");

    const basic = secret(Buffer.from(`any:${tokens.write}`).toString("base64"));
    const shown = [
      `Bearer ${tokens.write}`,
      `Basic ${basic}`,
      `Bearer ${jwt("who")}`,
      tokens.write,
    ];
    for (const authorization of shown) {
      for (const protocol of ["grpc", "connect", "grpc-web"] as const) {
        using connection = createTarget({ baseUrl: server.url, protocol }).connect({
          authorization,
        });
        const clients = clientsOn(connection);
        const blob = randomBlob(10_000);
        const calls = [
          clients.cas.findMissingBlobs({ blobDigests: [blob.digest] }),
          clients.actions.getActionResult({ actionDigest: blob.digest }),
          writeBlob(clients, "", blob),
          read(clients, readName("", blob)),
        ];
        for (const error of await Promise.all(calls.map(failure))) {
          expect(error).toBeDefined();
          expectNoSecrets(error?.message ?? "");
        }
      }
      const { token } = newToken("in-a-url");
      const authority = `any:${token}@cache`;
      const targets = [
        `/cas/${hash}?token=${token}`,
        `http://${authority}/cas/${hash}`,
        `HTTP://${authority}/cas/${hash}`,
      ];
      for (const target of targets) {
        const answer = await send(
          server.address,
          `GET ${target} HTTP/1.1\r\nauthorization: ${authorization}`,
        );
        expect(answer).toMatch(/^HTTP\/1\.1 [45]/);
        expectNoSecrets(answer);
      }
    }
    const lines = loggedIn(server.output());
    const rpc = "ContentAddressableStorage/FindMissingBlobs";
    expect(lines).toContainEqual(
      expect.objectContaining({ rpc, error: expect.stringMatching(/Trouble\d+/) as string }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ rpc: "GET cas", hash }));
  });
});

describe("the command line does not repeat", () => {
  const { token, sha256 } = newToken("on-the-command-line");
  const policy = `\n {"tokens": [{"subject": "${sha256}", "sha256": "${token}", "grants": []}]}`;

  it.for([
    ["a token behind the URL", ["login", "https://localhost:1", token], {}],
    ["a token in the URL", ["login", `https://any:${token}@localhost:1`], {}],
    ["a token in the place of the URL", ["login", token], {}],
    ["a second hash", ["serve", "--token-sha256", sha256, sha256], {}],
    ["a token in the place of a policy's hash", ["serve"], { HAYLOFT_ACCESS: policy }],
    ["a policy that is cut off", ["serve"], { HAYLOFT_ACCESS: policy.slice(0, -2) }],
  ] as const)("%s", async ([, args, env]) => {
    // Which looks at all that it prints.
    const { code, stderr } = await runHayloft(args, env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^hayloft: /);
  });
});
