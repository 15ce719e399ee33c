import { Code } from "@connectrpc/connect";
import { afterAll, describe, expect, test } from "vitest";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { drain, failure } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";
import { secret } from "../support/secrets.node.ts";
import { startWorker, type TestWorker } from "../support/worker.node.ts";

const token = secret("a-token_of.some~length");
const hash = "a".repeat(64);

const guarded = await startWorker({ HAYLOFT_TOKEN: token });
const unset = await startWorker({});
const mistaken = await startWorker({ HAYLOFT_OPEN: "yes" });
afterAll(async () => {
  for (const worker of [guarded, unset, mistaken]) await worker[Symbol.asyncDispose]();
});

function basic(user: string, password: string): string {
  return `Basic ${btoa(`${user}:${password}`)}`;
}

async function get(
  { url }: TestWorker,
  path: string,
  authorization?: string,
): Promise<{ status: number; text: string; challenge: string | null }> {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(`${url}${path}`, { headers });
  const challenge = response.headers.get("www-authenticate");
  return { status: response.status, text: await response.text(), challenge };
}

function clients({ url: baseUrl }: TestWorker, protocol: "connect" | "grpc-web"): Clients {
  return clientsOn(createTarget({ baseUrl, protocol, httpVersion: "1.1" }).connect());
}

describe("a cache with a token", () => {
  test.for([
    ["as a bearer token", `Bearer ${token}`],
    ["as a bearer token, in other letters", `bearer  ${token}`],
    ["as a password, with any name", basic("any", token)],
    ["as a password, without a name", basic("", token)],
  ] as const)("lets in who shows it %s", async ([, authorization]) => {
    expect((await get(guarded, "/status", authorization)).status).toBe(200);
    expect((await get(guarded, `/cas/${hash}`, authorization)).status).toBe(404);
  });

  test.for([
    ["nothing", undefined],
    ["another token", "Bearer another"],
    ["a part of it", `Bearer ${token.slice(0, -1)}`],
    ["more than it", `Bearer ${token}x`],
    ["it as a name", basic(token, "")],
    ["it without a scheme", token],
    ["another scheme", `Digest ${token}`],
    ["no base64", "Basic %%%"],
    ["a password without a colon", `Basic ${btoa(token)}`],
  ] as const)("refuses who shows %s, wherever he wants to go", async ([, authorization]) => {
    for (const path of [
      "/",
      "/status",
      "/readyz",
      "/metrics",
      `/cas/${hash}`,
      `/ac/${hash}`,
      "/nowhere",
    ]) {
      const { text, ...answer } = await get(guarded, path, authorization);
      expect({ path, ...answer }).toEqual({
        path,
        status: 401,
        challenge: 'Basic realm="hayloft"',
      });
      expect(text).toContain("token");
    }
  });

  test("tells who comes in whether it is ready", async () => {
    const answer = await get(guarded, "/readyz", `Bearer ${token}`);
    expect(answer).toMatchObject({ status: 200, text: "ready\n" });
  });

  test("refuses a PUT before it reads the body, and keeps nothing", async () => {
    const body = new Uint8Array(300_000);
    const answer = await fetch(`${guarded.url}/cas/${hash}`, { method: "PUT", body });
    expect(answer.status).toBe(401);
    expect((await (await guarded.bucket()).list()).objects).toEqual([]);
  });

  test.for(["connect", "grpc-web"] as const)("says so in %s, too", async (protocol) => {
    const { cas, byteStream } = clients(guarded, protocol);
    const unary = await failure(cas.findMissingBlobs({}));
    const streamed = await failure(drain(byteStream.read({ resourceName: "blobs/x/1" })));
    for (const error of [unary, streamed]) {
      expect(error?.code).toBe(Code.Unauthenticated);
      expect(error?.rawMessage).toContain("token");
    }
    const headers = { authorization: `Bearer ${token}` };
    expect(await cas.findMissingBlobs({}, { headers })).toMatchObject({ missingBlobDigests: [] });
  });
});

test("a cache without a token lets nobody in, and says what to do", async () => {
  const { status, text } = await get(unset, "/status", "Bearer ");
  expect(status).toBe(401);
  expect(text).toContain("npm run cloudflare:setup");
  const error = await failure(clients(unset, "grpc-web").cas.findMissingBlobs({}));
  expect(error?.code).toBe(Code.Unauthenticated);
  expect(error?.rawMessage).toContain("HAYLOFT_TOKEN");
});

test("a line of the log names the tool and its build, and shows no token", async () => {
  await using worker = await startWorker({ HAYLOFT_TOKEN: token, HAYLOFT_READ_TOKEN: "another" });
  await (await worker.database()).exec("ALTER TABLE rows RENAME TO elsewhere");
  const toolDetails = { toolName: "bazel", toolVersion: "8.0.0" };
  const headers = {
    authorization: basic("any", "another"),
    [METADATA_HEADER]: metadataHeader({ toolDetails, toolInvocationId: "a-build" }),
  };
  const blobDigests = [{ hash, sizeBytes: 1n }];
  const { cas } = clients(worker, "connect");
  const error = await failure(cas.findMissingBlobs({ blobDigests }, { headers }));
  expect(error?.code).toBe(Code.Unavailable);
  for (const each of ["ContentAddressableStorage/FindMissingBlobs", "bazel", "8.0.0", "a-build"]) {
    expect(worker.log()).toContain(each);
  }
  for (const each of [token, headers.authorization]) expect(worker.log()).not.toContain(each);
});

test("a cache with a mistake in its settings lets nobody in, and tells its log why", async () => {
  const { status, text } = await get(mistaken, "/status");
  expect(status).toBe(500);
  expect(text).not.toContain("HAYLOFT_OPEN");
  expect(mistaken.log()).toContain('HAYLOFT_OPEN is "yes"; set it to 1');
});
