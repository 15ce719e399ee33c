import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { StoreHealth } from "../../functions/handlers/store-health.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { ManualClock } from "../support/clock.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { startUploadServer, type UploadServer } from "../support/upload-server.node.ts";

async function startTroubled(error?: Error): Promise<UploadServer & { readiness: Readiness }> {
  const ask = async (): Promise<void> => {
    if (error !== undefined) throw error;
  };
  const health = new StoreHealth({
    probes: [
      { store: "index", ask },
      { store: "objects", ask: async () => undefined },
    ],
    clock: new ManualClock(),
    report: () => undefined,
  });
  const readiness = new Readiness(health);
  return { ...(await startUploadServer(undefined, readiness)), readiness };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function overHttp1(url: string, method = "GET"): Promise<Answer> {
  const response = await fetch(url, { method });
  return { status: response.status, text: await response.text() };
}

async function overHttp2(url: string, path: string): Promise<Answer> {
  const session = connect(url);
  try {
    const stream = session.request({ ":path": path });
    const status = new Promise<number>((resolve, reject) => {
      stream.once("response", ({ ":status": code = 0 }) => resolve(code)).once("error", reject);
    });
    return { text: await text(stream), status: await status };
  } finally {
    session.close();
  }
}

const away = new StoreError("unavailable", "the table builds in eu-north-1 is down");

test("a server whose stores answer lives, and is ready", async () => {
  await using server = await startTroubled();
  for (const path of ["/", "/status", "/healthz"]) {
    expect(await overHttp1(server.url + path)).toEqual({ status: 200, text: "hayloft\n" });
  }
  expect(await overHttp1(`${server.url}/readyz`)).toEqual({ status: 200, text: "ready\n" });
  expect(await overHttp2(server.url, "/readyz")).toEqual({ status: 200, text: "ready\n" });
});

test("one whose store does not answer lives, and is not ready: it says which, and no more", async () => {
  await using server = await startTroubled(away);
  const notReady = { status: 503, text: "index: unavailable\n" };
  expect(await overHttp1(`${server.url}/readyz`)).toEqual(notReady);
  expect(await overHttp2(server.url, "/readyz")).toEqual(notReady);
  expect(await overHttp1(`${server.url}/readyz`, "HEAD")).toEqual({ status: 503, text: "" });
  expect(await overHttp1(`${server.url}/healthz`)).toEqual({ status: 200, text: "hayloft\n" });
  const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
  expect(await client.check({})).toMatchObject({ status: Status.NOT_SERVING });
});

test("one that stops lives, and is not ready", async () => {
  await using server = await startTroubled();
  server.readiness.stop();
  const notReady = { status: 503, text: "the server is stopping\n" };
  expect(await overHttp1(`${server.url}/readyz`)).toEqual(notReady);
  expect(await overHttp1(`${server.url}/healthz`)).toEqual({ status: 200, text: "hayloft\n" });
});

test.for([["--store", "memory"], ["--workers", "2"], []])(
  "hayloft serve %s is ready, also for those who may not come in",
  async (flags) => {
    const args = [...flags, "--size", "1GiB", "--token-sha256", "0".repeat(64)];
    await using server = await startHayloft({ args });
    expect(await overHttp1(`${server.url}/readyz`)).toEqual({ status: 200, text: "ready\n" });
    expect(await overHttp1(`${server.url}/healthz`)).toEqual({ status: 200, text: "hayloft\n" });
    expect((await overHttp1(`${server.url}/metrics`)).status).toBe(401);
    const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    expect(await client.check({})).toMatchObject({ status: Status.SERVING });
  },
);
