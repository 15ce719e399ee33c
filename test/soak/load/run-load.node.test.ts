import { expect, test } from "vitest";
import { limits } from "../../../shared/limits.ts";
import type { BlobSource, BlobStore } from "../../../shared/stores/blob-store.ts";
import { startHeldServer } from "../../conformance/held-server.node.ts";
import { memoryStores } from "../../conformance/held-stores.node.ts";
import { KIB, MIB } from "../../support/bytes.ts";
import { overriding } from "../../support/overriding.ts";
import { runLoad } from "./run-load.node.ts";
import { type Counts, Tally } from "./tally.ts";

const LENGTH_MS = 1500;

/** What a load finds in a server over this store. Everybody may come here, so that what it asks of tokens is unexpected. */
async function troublesWith(plant: (base: BlobStore) => BlobStore): Promise<Counts["troubles"]> {
  const stores = memoryStores();
  using server = await startHeldServer({ ...stores, blobs: plant(stores.blobs) });
  const tally = new Tally();
  await runLoad(
    {
      url: server.url,
      protocols: ["grpc", "connect", "grpc-web"],
      httpVersion: "2",
      tokens: { write: "any", read: "any" },
      instanceName: "soak",
      seed: 7,
      leaseMs: limits.leaseMs,
      requestsPerSecond: 300,
      uploadBytesPerSecond: MIB,
      mostBlobBytes: 200 * KIB,
      lanes: 8,
      resumes: true,
    },
    tally,
    AbortSignal.timeout(LENGTH_MS),
  );
  expect(tally.counts.promisesKept).toBeGreaterThan(100);
  return tally.counts.troubles;
}

test("a server that keeps its word breaks no promise and gives no wrong byte", async () => {
  const troubles = await troublesWith((base) => base);
  expect(troubles["broken promise"] ?? 0).toBe(0);
  expect(troubles["wrong bytes"] ?? 0).toBe(0);
  expect(troubles["no room"] ?? 0).toBe(0);
});

test("a bit that is changed now and then is found", async () => {
  let reads = 0;
  const troubles = await troublesWith((base) =>
    overriding(base, {
      get: async (...args) => {
        const source = await base.get(...args);
        reads += 1;
        return source === undefined || reads % 20 !== 0 ? source : withOneBitChanged(source);
      },
    }),
  );
  expect(troubles["wrong bytes"]).toBeGreaterThan(0);
});

test("a blob that is forgotten now and then is found", async () => {
  let asked = 0;
  const troubles = await troublesWith((base) =>
    overriding(base, {
      get: async (...args) => {
        asked += 1;
        return asked % 20 === 0 ? undefined : await base.get(...args);
      },
    }),
  );
  expect(troubles["broken promise"]).toBeGreaterThan(0);
});

function withOneBitChanged(source: BlobSource): BlobSource {
  return {
    sizeBytes: source.sizeBytes,
    async *[Symbol.asyncIterator]() {
      for await (const piece of source) yield piece.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    },
    [Symbol.asyncDispose]: async () => await source[Symbol.asyncDispose](),
  };
}
