import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientsOn } from "../conformance/check.ts";
import { drain, outcome } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import { Health } from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { environmentOf, startLocalAws } from "../support/local-aws.node.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";
import { dynamoError } from "../support/scripted-server.node.ts";
import { tokenHashes, tokenHashVariables, tokens } from "../support/tokens.node.ts";
import { startTroubled } from "../support/troubled-engine.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";
import { loggedIn } from "../support/logged.ts";

const bearer = (token: string): string => `Bearer ${token}`;

describe("a server with tokens", () => {
  let server: Hayloft;
  beforeAll(async () => {
    const { write, read } = tokenHashes;
    server = await startHayloft({
      args: ["--token-sha256", write, "--read-token-sha256", `${"0".repeat(64)},${read}`],
    });
  });
  afterAll(async () => void (await server.stop()));

  const status = async (path: string, token?: string): Promise<number> => {
    const headers = token === undefined ? {} : { authorization: bearer(token) };
    const answer = await fetch(`${server.url}${path}`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };

  test("tells whoever watches over it that it is up", async () => {
    expect([await status("/"), await status("/status")]).toEqual([200, 200]);
    using connection = createTarget({ baseUrl: server.url, protocol: "grpc" }).connect();
    const health = createClient(Health, connection.transport);
    expect((await health.check({})).status).toBe(1);
  });

  test("tells how it is, and what it serves, to who shows a token of either kind", async () => {
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    const asked = async (token?: string): Promise<unknown> => {
      const wishes = token === undefined ? {} : { authorization: bearer(token) };
      using connection = target.connect(wishes);
      const { serverReflectionInfo } = createClient(ServerReflection, connection.transport);
      const listed = outcome(drain(serverReflectionInfo(asksForServices())));
      return [await status("/metrics", token), await listed];
    };
    expect(await asked()).toEqual([401, "Unauthenticated"]);
    expect(await asked("wrong")).toEqual([401, "Unauthenticated"]);
    for (const token of [tokens.read, tokens.write])
      expect(await asked(token)).toEqual([200, "OK"]);
  });

  test("prints how Bazel shows one", () => {
    const line = 'build "--remote_header=Authorization=Bearer TOKEN"';
    expect(server.output()).toContain(line);
    expect(server.output()).toContain("Only this machine can reach it. Only who shows a token");
    expect(server.output()).not.toContain(tokenHashes.write);
  });
});

async function* asksForServices() {
  yield { messageRequest: { case: "listServices" as const, value: "" } };
}

describe("the command line", () => {
  test("says that a token travels in the clear where that is so", async () => {
    const env = { HAYLOFT_READ_TOKEN_SHA256: tokenHashes.read };
    await using server = await startHayloft({ args: ["--listen", "0.0.0.0:0"], env });
    expect(server.output()).toContain("Without --tls-cert the token travels in the clear.");
    expect(server.output()).not.toContain("Whoever can reach this address");
  });

  test.for([
    [["--token-sha256", "the-token-itself"], {}, "--token-sha256"],
    [[], { HAYLOFT_READ_TOKEN_SHA256: "the-token-itself" }, "HAYLOFT_READ_TOKEN_SHA256"],
  ] as const)(
    "does not repeat a token in the place of its hash: %o %o",
    async ([args, env, name]) => {
      const { code, stderr } = await runHayloft(["serve", ...args], env);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^hayloft: --(?:read-)?token-sha256 .* is wrong: give the SHA-256[^\n]*\n$/,
      );
      expect(stderr).toContain(name);
      expect(stderr).not.toContain("the-token-itself");
    },
  );
});

test("a line of the log names the tool and its build, and shows no token", async () => {
  await using aws = await startLocalAws();
  await using dynamo = await startTroubled(aws.dynamo);
  const env = { ...aws.env, ...environmentOf(aws.s3, dynamo), ...tokenHashVariables };
  await using server = await startHayloft({ args: aws.args, env });
  using connection = createTarget({ baseUrl: server.url, protocol: "grpc" }).connect();
  dynamo.trouble = dynamoError(400, "AccessDeniedException");
  const toolDetails = { toolName: "bazel", toolVersion: "8.0.0" };
  const headers = {
    authorization: bearer(tokens.write),
    [METADATA_HEADER]: metadataHeader({ toolDetails, toolInvocationId: "a-build" }),
  };
  const { cas } = clientsOn(connection);
  const blobDigests = [{ hash: "ab".repeat(32), sizeBytes: 1n }];
  expect(await outcome(cas.findMissingBlobs({ blobDigests }, { headers }))).toBe("Internal");
  expect(loggedIn(server.output())).toMatchObject([
    {
      level: "warn",
      rpc: "ContentAddressableStorage/FindMissingBlobs",
      code: "INTERNAL",
      class: "denied",
      error: expect.stringContaining("AccessDenied") as string,
      tool: "bazel",
      version: "8.0.0",
      invocation: "a-build",
    },
  ]);
  for (const token of Object.values(tokens)) expect(server.output()).not.toContain(token);
});
