import { expect, test } from "vitest";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { type KeptHealth, StoreHealth } from "../../functions/handlers/store-health.ts";
import { limits } from "../../shared/limits.ts";
import { pause } from "../../shared/pause.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { storeProbes } from "../../shared/stores/store-probe.ts";
import { createCache } from "../support/cache.ts";
import { ManualClock } from "../support/clock.ts";
import { overriding } from "../support/overriding.ts";

/** Stores that do what the test says when they are asked. */
class AskedStores {
  readonly clock = new ManualClock();
  readonly reported: string[] = [];
  asks = 0;
  answer: (signal: AbortSignal) => Promise<unknown> = () => Promise.resolve();

  health(kept?: KeptHealth, patienceMs?: number): StoreHealth {
    return new StoreHealth({
      probes: [{ store: "blobs", ask: async (signal) => await this.#ask(signal) }],
      clock: this.clock,
      report: (error, where) => void this.reported.push(`${where}: ${String(error)}`),
      ...(kept && { kept }),
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  }

  async #ask(signal: AbortSignal): Promise<unknown> {
    this.asks += 1;
    return await this.answer(signal);
  }
}

const isAway = (): Promise<never> =>
  Promise.reject(new StoreError("unavailable", "the table at db.example is down"));

test("stores are asked once for all who want to know, and not again for some seconds", async () => {
  const stores = new AskedStores();
  const health = stores.health();
  const go = Promise.withResolvers<void>();
  stores.answer = () => go.promise;
  const both = Promise.all([health.troubles(), health.troubles()]);
  go.resolve();
  expect(await both).toEqual([[], []]);
  stores.answer = isAway;
  stores.clock.advance(limits.storeHealthMs - 1);
  expect(await health.troubles()).toEqual([]);
  expect(stores.asks).toBe(1);
  stores.clock.advance(1);
  expect(await health.troubles()).toEqual([{ store: "blobs", error: "unavailable" }]);
  expect(stores.asks).toBe(2);
});

test("what was heard serves others that share nothing else", async () => {
  const stores = new AskedStores();
  const kept = {};
  await stores.health(kept).troubles();
  await stores.health(kept).troubles();
  expect(stores.asks).toBe(1);
});

test("a store that does not answer in time counts as one that is away, whether it heeds its signal or not", async () => {
  const stores = new AskedStores();
  stores.answer = async () => await new Promise(() => undefined);
  expect(await stores.health({}, 10).troubles()).toEqual([
    { store: "blobs", error: "unavailable" },
  ]);
  stores.answer = async (signal) => await pause(60_000, signal);
  expect(await stores.health({}, 10).troubles()).toEqual([
    { store: "blobs", error: "unavailable" },
  ]);
  expect(stores.reported[0]).toContain(
    "health of blobs: StoreError: blobs did not answer within 10 ms",
  );
});

test("reasons name the store and the kind of trouble, and the log hears the rest", async () => {
  const stores = new AskedStores();
  stores.answer = isAway;
  expect(await new Readiness(stores.health()).reasons()).toEqual(["blobs: unavailable"]);
  expect(stores.reported).toEqual(["health of blobs: StoreError: the table at db.example is down"]);
  stores.clock.advance(limits.storeHealthMs);
  stores.answer = () => Promise.reject(new TypeError("no such thing"));
  expect(await new Readiness(stores.health()).reasons()).toEqual(["blobs: internal"]);
});

test("who stops is not ready, and asks nobody", async () => {
  const stores = new AskedStores();
  const readiness = new Readiness(stores.health());
  readiness.stop();
  expect(await readiness.reasons()).toEqual(["the server is stopping"]);
  expect(stores.asks).toBe(0);
});

test("blobs and actions are asked for what is not there", async () => {
  const cache = createCache();
  const asked: unknown[] = [];
  const blobs = overriding(cache.memory, {
    findMissing: async (digests, call) => {
      asked.push(await cache.memory.findMissing(digests, call));
      return [];
    },
  });
  for (const { ask } of storeProbes({ blobs, actions: cache.actionStore })) {
    const answer = await ask(AbortSignal.timeout(1000));
    asked.push(answer);
  }
  expect(asked).toMatchObject([[{ sizeBytes: 1 }], [], undefined]);
});
