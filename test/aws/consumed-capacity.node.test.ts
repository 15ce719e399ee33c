import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, it } from "vitest";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { DynamoPurgeStore } from "../../shared/adapters/aws/dynamodb-purge-store.node.ts";
import { mapConcurrently } from "../../shared/concurrent.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { defaultPolicy } from "../../shared/stores/indexed/lease-policy.ts";
import { type AwsEngine, startDynalite } from "../support/aws-engines.node.ts";
import { newIndex } from "../support/aws-stores.node.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bytesOf, KIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { indexedParts } from "../support/indexed.ts";
import { purgeRule } from "../support/purge-rule.ts";
import { webHashers } from "../support/web-hashers.ts";

let dynalite: AwsEngine;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(async () => await dynalite[Symbol.asyncDispose]());

/** Requests of a client, by their names, and the units that DynamoDB bills for them. */
interface Bill {
  readonly requests: Readonly<Record<string, number>>;
  readonly reads: number;
  readonly writes: number;
}

class Meter {
  readonly #requests = new Map<string, number>();
  #reads = 0;
  #writes = 0;

  constructor(client: DynamoDBClient) {
    client.middlewareStack.add((next, { commandName = "" }) => async (args) => {
      const name = commandName.replace("Command", "");
      this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1);
      const input = { ...args.input, ReturnConsumedCapacity: "TOTAL" };
      const answer = await next({ ...args, input });
      const { output } = answer;
      const consumed = "ConsumedCapacity" in output ? [output.ConsumedCapacity ?? []].flat() : [];
      for (const capacity of consumed) {
        const units = "CapacityUnits" in capacity ? (capacity.CapacityUnits ?? 0) : 0;
        if (name === "BatchGetItem") this.#reads += units;
        else this.#writes += units;
      }
      return answer;
    });
  }

  /** What `work` alone adds to the bill. */
  async of(work: () => Promise<unknown>): Promise<Bill> {
    this.#requests.clear();
    this.#reads = 0;
    this.#writes = 0;
    await work();
    const requests = Object.fromEntries(this.#requests);
    return { requests, reads: this.#reads, writes: this.#writes };
  }
}

/** A cache that holds so many small blobs, and a meter on its table. */
async function cacheOf(count: number) {
  await using parts = new AsyncDisposableStack();
  const memory = indexedParts({ policy: defaultPolicy });
  const { index, table } = parts.use(await newIndex(dynalite, memory.clock));
  const objects = new MemoryObjectStore({ hashers: webHashers });
  const { blobs, actions } = createIndexedStores({ ...memory, index, objects });
  const uploads = await Promise.all(Array.from({ length: count }, (_, i) => blobOf(20, i + 1)));
  await mapConcurrently(uploads, 16, async ({ digest, bytes }) => {
    await blobs.put(digest, bodyOf(bytes), callFor());
  });
  const kept = parts.move();
  return {
    blobs,
    actions,
    digests: uploads.map(({ digest }) => digest),
    meter: new Meter(table.client),
    clock: memory.clock,
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

describe("what DynamoDB bills", () => {
  it("for a look-up of 1000 blobs: half a read each, and a write where a lease is due", async ({
    expect,
  }) => {
    await using cache = await cacheOf(1000);
    const { blobs, digests, meter, clock } = cache;
    const find = async (): Promise<void> => {
      expect(await blobs.findMissing(digests, callFor())).toEqual([]);
    };
    const covered = { requests: { BatchGetItem: 10 }, reads: 500, writes: 0 };
    expect(await meter.of(find)).toEqual(covered);
    clock.advance(defaultPolicy.renewEveryMs + 1);
    const requests = { BatchGetItem: 10, UpdateItem: 1000 };
    expect(await meter.of(find)).toEqual({ requests, reads: 500, writes: 1000 });
    expect(await meter.of(find)).toEqual(covered);
  });

  it("for blobs that are absent: half a read, and a whole one to be sure", async ({ expect }) => {
    await using cache = await cacheOf(0);
    const digests = Array.from({ length: 100 }, (_, index) => absentDigest(index));
    const bill = await cache.meter.of(() => cache.blobs.findMissing(digests, callFor()));
    expect(bill).toEqual({ requests: { BatchGetItem: 2 }, reads: 150, writes: 0 });
  });

  it("for an upload: a write for each KiB, and two more where the blob is there", async ({
    expect,
  }) => {
    await using cache = await cacheOf(0);
    const { digest, bytes } = await blobOf(1500, 77);
    const put = async (): Promise<void> => await cache.blobs.put(digest, bodyOf(bytes), callFor());
    expect(await cache.meter.of(put)).toEqual({ requests: { PutItem: 1 }, reads: 0, writes: 2 });
    cache.clock.advance(1);
    // The put that is refused is billed as well, which neither DynamoDB nor its engines report.
    const requests = { PutItem: 1, UpdateItem: 1 };
    expect(await cache.meter.of(put)).toEqual({ requests, reads: 0, writes: 2 });
  });

  it("for the purges in force: a consistent read for each 4 KiB", async ({ expect }) => {
    await using place = await newIndex(dynalite, indexedParts().clock);
    const { client, name: table } = place.table;
    const [meter, purges] = [new Meter(client), new DynamoPurgeStore({ client, table })];
    const { signal } = callFor();
    const list = (): Promise<unknown> => purges.list(signal);
    const read = { requests: { BatchGetItem: 1 }, reads: 1, writes: 0 };
    expect(await meter.of(list)).toEqual(read);
    for (let index = 0; index < 40; index++) {
      await purges.add({ ...purgeRule, id: `${index}` }, signal);
    }
    expect(await meter.of(list)).toEqual({ ...read, reads: 2 });
  });

  it("for an action result with 100 outputs: one row, while its lease lasts", async ({
    expect,
  }) => {
    await using cache = await cacheOf(100);
    const { actions, digests, meter, clock } = cache;
    const { function: name, hash } = absentDigest();
    const entry = { result: bytesOf(12 * KIB), references: digests };
    const put = (): Promise<void> => actions.put({ function: name, hash }, entry, callFor());
    const get = async (): Promise<void> => {
      const found = await actions.get({ function: name, hash }, callFor());
      expect(found?.completeness).toBe("complete");
    };
    // 12 KiB, and 40 bytes for each reference.
    const write = { BatchGetItem: 1, PutItem: 1 };
    expect(await meter.of(put)).toEqual({ requests: write, reads: 50, writes: 17 });
    const covered = { requests: { BatchGetItem: 1 }, reads: 5, writes: 0 };
    expect(await meter.of(get)).toEqual(covered);
    clock.advance(defaultPolicy.renewEveryMs + 1);
    const due = { BatchGetItem: 2, UpdateItem: 101 };
    expect(await meter.of(get)).toEqual({ requests: due, reads: 5 + 50, writes: 17 + 100 });
    expect(await meter.of(get)).toEqual(covered);
  });
});
