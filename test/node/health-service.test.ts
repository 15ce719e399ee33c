import { type Client, Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { healthHandler } from "../../functions/handlers/health.ts";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { StoreHealth } from "../../functions/handlers/store-health.ts";
import { limits } from "../../shared/limits.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { ManualClock } from "../support/clock.ts";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = Status;

interface Watched {
  readonly client: Client<typeof Health>;
  readonly readiness: Readiness;
  /** Whether the store answers. */
  isThere: boolean;
  asks: number;
  /** Lets the stores be asked again, by whoever watches. */
  later(): Promise<void>;
}

function watchedServer(): Watched {
  const clock = new ManualClock();
  const ask = async (): Promise<void> => {
    watched.asks += 1;
    if (!watched.isThere) throw new StoreError("unavailable", "as planned");
  };
  const report = (): void => undefined;
  const health = new StoreHealth({ probes: [{ store: "blobs", ask }], clock, report });
  const readiness = new Readiness(health);
  const transport = createRouterTransport((router) => {
    router.service(
      Health,
      healthHandler(readiness, () => ["a.Service"]),
    );
  });
  const watched: Watched = {
    client: createClient(Health, transport),
    readiness,
    isThere: true,
    asks: 0,
    later: async () => {
      clock.advance(limits.storeHealthMs);
      await vi.advanceTimersByTimeAsync(limits.storeHealthMs);
    },
  };
  return watched;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("while a store does not answer, nothing serves", async () => {
  const server = watchedServer();
  const { client } = server;
  expect(await client.check({})).toMatchObject({ status: SERVING });
  server.isThere = false;
  await server.later();
  expect(await client.check({})).toMatchObject({ status: NOT_SERVING });
  expect(await client.check({ service: "a.Service" })).toMatchObject({ status: NOT_SERVING });
  const { statuses } = await client.list({});
  expect(statuses).toMatchObject({
    "": { status: NOT_SERVING },
    "a.Service": { status: NOT_SERVING },
  });
  await expect(client.check({ service: "b.Service" })).rejects.toMatchObject({
    code: Code.NotFound,
  });
});

test("a watcher hears of each change, and at last that the server stops", async () => {
  const server = watchedServer();
  const told: Status[] = [];
  const watching = (async () => {
    for await (const { status } of server.client.watch({})) told.push(status);
  })();
  await expect.poll(() => told).toEqual([SERVING]);
  await server.later();
  server.isThere = false;
  await server.later();
  await expect.poll(() => told).toEqual([SERVING, NOT_SERVING]);
  await server.later();
  server.isThere = true;
  await server.later();
  await expect.poll(() => told).toEqual([SERVING, NOT_SERVING, SERVING]);
  server.readiness.stop();
  await watching;
  expect(told).toEqual([SERVING, NOT_SERVING, SERVING, NOT_SERVING]);
});

test("stores are asked only while somebody watches", async () => {
  const server = watchedServer();
  const leaving = new AbortController();
  const watching = (async () => {
    for await (const _ of server.client.watch({}, { signal: leaving.signal }));
  })().catch(() => undefined);
  await expect.poll(() => server.asks).toBe(1);
  await server.later();
  await expect.poll(() => server.asks).toBe(2);
  leaving.abort();
  await watching;
  await server.later();
  await server.later();
  expect(server.asks).toBe(2);
});

test("who watches a service that there is not hears that, and asks no store", async () => {
  const server = watchedServer();
  const told: Status[] = [];
  const watching = (async () => {
    for await (const { status } of server.client.watch({ service: "b.Service" })) told.push(status);
  })();
  await expect.poll(() => told).toEqual([SERVICE_UNKNOWN]);
  await server.later();
  server.readiness.stop();
  await watching;
  expect(told).toEqual([SERVICE_UNKNOWN]);
  expect(server.asks).toBe(0);
});
