import { createHash } from "node:crypto";
import { Code } from "@connectrpc/connect";
import { afterAll, describe, expect, test } from "vitest";
import { clientsOn } from "../conformance/check.ts";
import { createTarget } from "../conformance/target.node.ts";
import { startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";
import { secret } from "../support/secrets.node.ts";
import { tokenHashVariables, tokens } from "../support/tokens.node.ts";

const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");
const [token, next] = [secret("a-token"), secret("the-next-token")];

const deployment = await startDeployment();
const guarded = await startFunctionUrl(deployment, {
  HAYLOFT_TOKEN_SHA256: `${sha256(token)},${sha256(next)}`,
});
const unset = await startFunctionUrl(deployment, {});
const lost = await startFunctionUrl(deployment, {
  ...tokenHashVariables,
  HAYLOFT_TABLE: "nowhere",
});
afterAll(async () => {
  for (const each of [guarded, unset, lost, deployment]) await each[Symbol.asyncDispose]();
});

async function status(url: string, authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await fetch(`${url}/cas/${"a".repeat(64)}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

describe("a function that knows the hashes of tokens", () => {
  test.for([
    ["a token", `Bearer ${token}`, 404],
    ["another one of them", `Bearer ${next}`, 404],
    ["one as a password", `Basic ${btoa(`any:${token}`)}`, 404],
    ["a wrong one", "Bearer wrong", 401],
    ["the hash of one", `Bearer ${sha256(token)}`, 401],
    ["none", undefined, 401],
  ] as const)("answers who shows %s", async ([, authorization, expected]) => {
    expect(await status(guarded.url, authorization)).toBe(expected);
  });

  test("refuses RPCs alike", async () => {
    const target = createTarget({ baseUrl: guarded.url, protocol: "grpc-web", httpVersion: "1.1" });
    const { cas } = clientsOn(target.connect());
    const refused = cas.findMissingBlobs({});
    await expect(refused).rejects.toMatchObject({ code: Code.Unauthenticated });
    const headers = { authorization: `Bearer ${token}` };
    expect(await cas.findMissingBlobs({}, { headers })).toMatchObject({ missingBlobDigests: [] });
  });
});

test("a function without a token lets nobody in, and says what to do", async () => {
  const answer = await fetch(unset.url, { headers: { authorization: "Bearer x" } });
  expect(answer.status).toBe(401);
  expect(await answer.text()).toContain("deploy it with the SHA-256 of one");
});

test("native gRPC is refused with what to do instead", async () => {
  const answer = await fetch(
    `${lost.url}/build.bazel.remote.execution.v2.Capabilities/GetCapabilities`,
    {
      method: "POST",
      headers: { "content-type": "application/grpc" },
      body: new Uint8Array(5),
    },
  );
  expect(answer.headers.get("grpc-status")).toBe(String(Code.Unimplemented));
  expect(decodeURIComponent(answer.headers.get("grpc-message") ?? "")).toContain("Node in front");
});

test("a wrong table is no miss, and a line of the log names it, who asked, and no token", async () => {
  const toolDetails = { toolName: "bazel", toolVersion: "8.0.0" };
  const headers = {
    authorization: `Bearer ${tokens.read}`,
    [METADATA_HEADER]: metadataHeader({ toolDetails, toolInvocationId: "a-build" }),
  };
  const target = createTarget({ baseUrl: lost.url, protocol: "connect", httpVersion: "1.1" });
  const { cas } = clientsOn(target.connect());
  const blobDigests = [{ hash: "ab".repeat(32), sizeBytes: 1n }];
  const refused = cas.findMissingBlobs({ blobDigests }, { headers });
  await expect(refused).rejects.toMatchObject({ code: Code.Internal });
  expect(await status(lost.url, headers.authorization)).toBe(500);
  // The second request has failed for the same reason: nobody pays for telling that once more.
  expect(lost.log().trimEnd().split("\n").map(parseEntry)).toMatchObject([
    {
      level: "WARN",
      message: "request",
      rpc: "ContentAddressableStorage/FindMissingBlobs",
      class: "denied",
      error: expect.stringMatching(/dynamodb:BatchGetItem on table "nowhere".*deploy it/) as string,
      tool: "bazel",
      version: "8.0.0",
      invocation: "a-build",
    },
  ]);
  expect(lost.log()).not.toContain(tokens.read);
});

test("a function tells who comes in whether it is ready, and else which store does not answer, and why", async () => {
  const ask = async (url: string, path: string, shown: string): Promise<[number, string]> => {
    const headers = { authorization: `Bearer ${shown}` };
    const answer = await fetch(`${url}/${path}`, { headers });
    return [answer.status, await answer.text()];
  };
  expect((await ask(guarded.url, "readyz", "another"))[0]).toBe(401);
  expect(await ask(guarded.url, "readyz", token)).toEqual([200, "ready\n"]);
  expect(await ask(lost.url, "readyz", tokens.read)).toEqual([503, "index: denied\n"]);
  expect(await ask(lost.url, "healthz", tokens.read)).toEqual([200, "hayloft\n"]);
});

function parseEntry(line: string): unknown {
  return JSON.parse(line) as unknown;
}
