import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code, type ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Policy, TokenSetting } from "../../functions/access/policy.ts";
import { limits } from "../../shared/limits.ts";
import { RetryInfoSchema } from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import type { Allowance } from "../../shared/stores/call.ts";
import { type Blob, randomBlob } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { failure, outcome } from "../conformance/outcome.ts";
import { writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Protocol } from "../conformance/target.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { newToken } from "../support/tokens.node.ts";

/** So that nothing comes back while a test runs. */
const SLOW = 0.001;
const BURST = Math.ceil(SLOW * limits.requestBurstSeconds);

const settings: TokenSetting[] = [];

/** A token of somebody new with this allowance. */
function tokenWith(allowance: Allowance): string {
  const { token, sha256 } = newToken(`holder-${settings.length}`);
  const grants = [{ instance: "**", rights: ["read", "write"] as const }];
  settings.push({ subject: `holder ${settings.length}`, sha256, grants, allowance });
  return token;
}

const protocols = ["grpc", "connect", "grpc-web"] as const;
const forEachProtocol = (allowance: Allowance): Readonly<Record<Protocol, string>> => ({
  grpc: tokenWith(allowance),
  connect: tokenWith(allowance),
  "grpc-web": tokenWith(allowance),
});

const tokensOf = {
  fewRequests: forEachProtocol({ requestsPerSecond: SLOW }),
  fewRequestsOverHttp: tokenWith({ requestsPerSecond: SLOW }),
  fewBytes: forEachProtocol({ uploadBytesPerSecond: SLOW }),
  fewBytesOverHttp: tokenWith({ uploadBytesPerSecond: SLOW }),
  smallBlobs: tokenWith({ maxBlobBytes: 99 }),
  everything: tokenWith({}),
};

let server: Hayloft;
const file = join(tmpdir(), `hayloft-allowances-${process.pid}.json`);
beforeAll(async () => {
  await writeFile(file, JSON.stringify({ tokens: settings } satisfies Policy));
  server = await startHayloft({ args: ["--access", file] });
});
afterAll(async () => {
  await server.stop();
  await rm(file);
});

async function withClients<Result>(
  protocol: Protocol,
  token: string,
  use: (clients: Clients) => Promise<Result>,
): Promise<Result> {
  const target = createTarget({ baseUrl: server.url, protocol });
  using connection = target.connect({ authorization: `Bearer ${token}` });
  return await use(clientsOn(connection));
}

async function put(token: string, { digest, data }: Blob): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  const url = `${server.url}/cas/${digest.hash}`;
  return await fetch(url, { method: "PUT", headers, body: new Uint8Array(data) });
}

function retrySeconds(error: ConnectError | undefined): number {
  return Number(error?.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds ?? 0);
}

describe("who may make few requests", () => {
  test.for(protocols)("over %s is told when to come again", async (protocol) => {
    await withClients(protocol, tokensOf.fewRequests[protocol], async ({ cas }) => {
      const ask = async (): Promise<unknown> => await cas.findMissingBlobs({ blobDigests: [] });
      for (let count = 0; count < BURST; count++) await ask();
      const refused = await failure(ask());
      expect(refused?.code).toBe(Code.ResourceExhausted);
      expect(refused?.rawMessage).toMatch(/^holder \d may make 0.001 requests per second/);
      expect(retrySeconds(refused)).toBeGreaterThan(100);
    });
  });

  test("over HTTP is told so by 429, on every connection and in every protocol", async () => {
    const token = tokensOf.fewRequestsOverHttp;
    expect((await put(token, randomBlob(10))).status).toBe(200);
    const refused = await put(token, randomBlob(10));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(100);
    expect(await refused.text()).toContain("requests per second");
    const elsewhere = await withClients("grpc", token, async ({ capabilities }) => {
      return await outcome(capabilities.getCapabilities({}));
    });
    expect(elsewhere).toBe("ResourceExhausted");
  });

  test("keeps nobody else from being served", async () => {
    expect((await put(tokensOf.everything, randomBlob(10))).status).toBe(200);
  });
});

describe("who may upload little", () => {
  test.for(protocols)("over %s gets one blob through, and then waits", async (protocol) => {
    await withClients(protocol, tokensOf.fewBytes[protocol], async (clients) => {
      const [first, second] = [randomBlob(1000), randomBlob(1000)];
      expect(await writeBlob(clients, "", first)).toBe(1000n);
      expect(await writeBlob(clients, "", first)).toBe(1000n);
      const refused = await failure(writeBlob(clients, "", second));
      expect(refused?.code).toBe(Code.ResourceExhausted);
      expect(retrySeconds(refused)).toBeGreaterThan(900_000);
      const { responses } = await clients.cas.batchUpdateBlobs({ requests: [first, second] });
      expect(responses.map(({ status }) => status?.code ?? 0)).toEqual([0, Code.ResourceExhausted]);
      expect(responses[1]?.status?.details[0]?.typeUrl).toContain("RetryInfo");
      const { missingBlobDigests } = await clients.cas.findMissingBlobs({
        blobDigests: [first.digest, second.digest],
      });
      expect(missingBlobDigests.map(({ hash }) => hash)).toEqual([second.digest.hash]);
    });
  });

  test("over HTTP as well", async () => {
    const token = tokensOf.fewBytesOverHttp;
    const [first, second] = [randomBlob(1000), randomBlob(1000)];
    expect((await put(token, first)).status).toBe(200);
    expect((await put(token, first)).status).toBe(200);
    const refused = await put(token, second);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(900_000);
  });
});

describe("who may upload small blobs", () => {
  test("is told the size, and that another is wrong", async () => {
    const token = tokensOf.smallBlobs;
    await withClients("grpc", token, async (clients) => {
      const { cacheCapabilities } = await clients.capabilities.getCapabilities({});
      expect(cacheCapabilities?.maxCasBlobSizeBytes).toBe(99n);
      expect(await outcome(writeBlob(clients, "", randomBlob(99)))).toBe("OK");
      const refused = await failure(writeBlob(clients, "", randomBlob(100)));
      expect(refused?.code).toBe(Code.InvalidArgument);
      expect(refused?.rawMessage).toContain("larger than 99 bytes");
      const batch = { requests: [randomBlob(99), randomBlob(100)] };
      const { responses } = await clients.cas.batchUpdateBlobs(batch);
      expect(responses.map(({ status }) => status?.code ?? 0)).toEqual([0, Code.InvalidArgument]);
    });
    const refused = await put(token, randomBlob(100));
    expect([refused.status, await refused.text()]).toEqual([
      413,
      expect.stringContaining("maxBlobBytes"),
    ]);
  });
});
