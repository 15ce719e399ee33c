import { describe, type ExpectStatic, it } from "vitest";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import type { ActionName } from "../../shared/stores/action-store.ts";
import { createServices } from "../../shared/services/services.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { writeResult } from "../support/action-results.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, readAll } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { countedIndex } from "../support/counted-index.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { webHashers } from "../support/web-hashers.ts";

const HOUR_MS = 60 * 60 * 1000;

/** An indexed store that counts what its clouds would bill. */
function counted({ joins = true, lags = false }: { joins?: boolean; lags?: boolean } = {}) {
  const index = countedIndex(new MemoryBlobIndex({ joins, lags }));
  const objects = countedObjects(new MemoryObjectStore({ hashers: webHashers }));
  const parts = indexedParts({ index, objects });
  const reset = (): void => {
    index.reset();
    objects.reset();
  };
  return { ...createIndexedStores(parts), clock: parts.clock, index, objects, reset };
}

type Counted = ReturnType<typeof counted>;

async function putAll({ blobs }: Counted, count: number, size: number): Promise<TestBlob[]> {
  const made = await Promise.all(Array.from({ length: count }, (_, i) => blobOf(size, i + 1)));
  for (const { digest, bytes } of made) await blobs.put(digest, bodyOf(bytes), callFor());
  return made;
}

const action: ActionName = absentDigest(77);

async function putAction(test: Counted, outputs: number): Promise<TestBlob[]> {
  const made = await putAll(test, outputs, 500);
  const references = made.map(({ digest }) => digest);
  await test.actions.put(action, { result: bytesOf(800), references }, callFor());
  return made;
}

describe("FindMissing of 1,000 digests", () => {
  it("is one round trip and no write while leases last", async ({ expect }) => {
    const test = counted();
    const made = await putAll(test, 1000, 10);
    test.reset();
    const digests = made.map(({ digest }) => digest);
    expect(await test.blobs.findMissing(digests, callFor())).toEqual([]);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1000, rowsWritten: 0 });
    expect(test.objects.counts.roundTrips).toBe(0);
  });

  it("writes the rows whose leases are due, and no others", async ({ expect }) => {
    const test = counted();
    const old = await putAll(test, 300, 10);
    test.clock.advance(testPolicy.renewEveryMs + 1);
    const young = await putAll(test, 700, 11);
    test.reset();
    const digests = [...old, ...young].map(({ digest }) => digest);
    expect(await test.blobs.findMissing(digests, callFor())).toEqual([]);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1000, rowsWritten: 300 });
    test.reset();
    await test.blobs.findMissing(digests, callFor());
    expect(test.index.counts.rowsWritten).toBe(0);
  });

  it("writes a row in use once a day", async ({ expect }) => {
    const test = counted();
    const [blob] = await putAll(test, 1, 10);
    if (blob === undefined) throw new Error("no blob");
    test.reset();
    for (let hour = 0; hour < 10 * 24; hour++) {
      test.clock.advance(HOUR_MS);
      expect(await test.blobs.findMissing([blob.digest], callFor())).toEqual([]);
    }
    expect(test.index.counts.rowsWritten).toBeGreaterThanOrEqual(9);
    expect(test.index.counts.rowsWritten).toBeLessThanOrEqual(10);
  });
});

describe("FindMissing where look-ups may lag", () => {
  it("asks once more, for what was not found alone", async ({ expect }) => {
    const test = counted({ lags: true });
    const made = await putAll(test, 20, 10);
    const present = made.map(({ digest }) => digest);
    const absent = [absentDigest(1), absentDigest(2)];
    test.reset();
    expect(await test.blobs.findMissing(present, callFor())).toEqual([]);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 20, rowsWritten: 0 });
    test.reset();
    expect(await test.blobs.findMissing([...present, ...absent], callFor())).toEqual(absent);
    expect(test.index.counts).toEqual({ roundTrips: 2, rowsRead: 24, rowsWritten: 0 });
  });
});

describe("GetActionResult of 100 outputs", () => {
  it.for([{ joins: true }, { joins: false }])(
    "reads one row while its lease lasts ($joins)",
    async ({ joins }, { expect }) => {
      const test = counted({ joins });
      await putAction(test, 100);
      await test.actions.get(action, callFor());
      test.clock.advance(testPolicy.renewEveryMs / 2 - HOUR_MS);
      test.reset();
      const found = await test.actions.get(action, callFor());
      expect(found).toMatchObject({ completeness: "complete", references: { length: 100 } });
      expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1, rowsWritten: 0 });
      expect(test.objects.counts.roundTrips).toBe(0);
    },
  );

  it.for([{ joins: true }, { joins: false }])(
    "reads one row for half a day at least, however old the outputs are ($joins)",
    async ({ joins }, { expect }) => {
      const test = counted({ joins });
      const made = await putAction(test, 100);
      test.clock.advance(testPolicy.renewEveryMs - HOUR_MS);
      const references = made.map(({ digest }) => digest);
      await test.actions.put(action, { result: bytesOf(800), references }, callFor());
      test.clock.advance(testPolicy.renewEveryMs / 2);
      test.reset();
      const found = await test.actions.get(action, callFor());
      expect(found?.completeness).toBe("complete");
      expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1, rowsWritten: 0 });
    },
  );

  it("is one round trip where the table joins, even when every lease is due", async ({
    expect,
  }) => {
    const test = counted();
    await putAction(test, 100);
    test.clock.advance(testPolicy.renewEveryMs + 1);
    test.reset();
    const found = await test.actions.get(action, callFor());
    expect(found?.completeness).toBe("complete");
    expect(test.index.counts).toMatchObject({ roundTrips: 1, rowsWritten: 101 });
  });

  it("is three where it does not", async ({ expect }) => {
    const test = counted({ joins: false });
    await putAction(test, 100);
    test.clock.advance(testPolicy.renewEveryMs + 1);
    test.reset();
    const found = await test.actions.get(action, callFor());
    expect(found?.completeness).toBe("complete");
    expect(test.index.counts).toEqual({ roundTrips: 3, rowsRead: 101, rowsWritten: 101 });
  });
});

describe("UpdateActionResult with 100 outputs", () => {
  it("looks each of them up once, and writes one row", async ({ expect }) => {
    const test = counted();
    const outputs = await putAll(test, 100, 500);
    const services = createServices({
      ...test,
      purges: new MemoryPurgeStore(),
      hashers: webHashers,
      digestFunctions: defaultFunctions,
      codecs: [],
    });
    test.reset();
    const outputFiles = outputs.map(({ digest: { hash, sizeBytes } }, index) => ({
      path: `out/${index}`,
      digest: { hash, sizeBytes: BigInt(sizeBytes) },
    }));
    await writeResult(services, { outputFiles });
    expect(test.index.counts).toEqual({ roundTrips: 2, rowsRead: 100, rowsWritten: 1 });
  });
});

describe("a read", () => {
  it("of a blob in its row is one round trip", async ({ expect }) => {
    const test = counted();
    const [blob] = await putAll(test, 1, testPolicy.inlineBytes);
    test.reset();
    await expectRead(test, blob, expect);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1, rowsWritten: 0 });
    expect(test.objects.counts.roundTrips).toBe(0);
  });

  it("of a larger one is one round trip and one get", async ({ expect }) => {
    const test = counted();
    const [blob] = await putAll(test, 1, testPolicy.inlineBytes + 1);
    test.reset();
    await expectRead(test, blob, expect);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1, rowsWritten: 0 });
    expect(test.objects.counts).toMatchObject({ roundTrips: 1, gets: 1 });
  });
});

describe("an upload", () => {
  it("of a blob in its row is one write", async ({ expect }) => {
    const test = counted();
    await putAll(test, 1, testPolicy.inlineBytes);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 0, rowsWritten: 1 });
    expect(test.objects.counts.roundTrips).toBe(0);
  });

  it("of a larger one is one put and one write", async ({ expect }) => {
    const test = counted();
    await putAll(test, 1, testPolicy.inlineBytes + 1);
    expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 0, rowsWritten: 1 });
    expect(test.objects.counts).toMatchObject({ roundTrips: 1, puts: 1 });
  });
});

describe("a sweep", () => {
  it("writes once for each row, and deletes objects a page at a time", async ({ expect }) => {
    const test = counted();
    await putAll(test, 50, testPolicy.inlineBytes);
    await putAll(test, 50, testPolicy.inlineBytes + 1);
    test.clock.advance(testPolicy.renewEveryMs + testPolicy.keepMs + 24 * HOUR_MS);
    test.reset();
    const bounds = { maxRows: 1000, shards: [] };
    const report = await test.sweeper.sweep(bounds, callFor().signal);
    expect(report.removedRows).toBe(100);
    expect(test.index.counts).toEqual({ roundTrips: 2, rowsRead: 100, rowsWritten: 100 });
    expect(test.objects.counts).toMatchObject({ roundTrips: 1, deletions: 50 });
  });
});

async function expectRead(
  { blobs }: Counted,
  blob: TestBlob | undefined,
  expect: ExpectStatic,
): Promise<void> {
  if (blob === undefined) throw new Error("no blob");
  const source = await blobs.get(blob.digest, { offset: 0 }, callFor());
  if (source === undefined) throw new Error("a miss");
  expect(await readAll(source)).toEqual(blob.bytes);
}
