import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { EntryChunkLists } from "../../shared/stores/entry-chunk-lists.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import type { LeasePolicy } from "../../shared/stores/indexed/lease-policy.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { memoryParts, openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { inChunks, type InChunksOptions } from "../support/in-chunks.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import type { BlobStoreTraits, BlobStoreUnderTest } from "./blob-store/under-test.ts";
import {
  type ChunkListStoreUnderTest,
  describeChunkListStore,
} from "./chunk-list-store.contract.ts";
import {
  describeSplicedOutputs,
  type SplicedOutputsUnderTest,
  sweepingPolicy,
} from "./spliced-outputs.contract.ts";

const leaseMs = 60_000;
const capacityBytes = 4 * MIB;
const nothing = (): Promise<void> => Promise.resolve();

interface Stores extends ChunkListStoreUnderTest {
  readonly clock: ManualClock;
}

function memoryStores(): Stores {
  const clock = new ManualClock();
  const lease = { ms: leaseMs, clock };
  return {
    blobs: new MemoryBlobStore({ capacityBytes, leaseMs, clock, hashers: webHashers }),
    actions: new MemoryActionStore({ capacityBytes: MIB }),
    chunkLists: new EntryChunkLists(new MemoryActionStore({ capacityBytes: 4 * MIB, lease })),
    clock,
    [Symbol.asyncDispose]: nothing,
  };
}

async function diskStores(): Promise<Stores> {
  const clock = new ManualClock();
  const open = async (blockBytes: number) => {
    const geometry = { ...smallGeometry, blockBytes };
    return (await openForTest(memoryParts(geometry), geometry, clock, leaseMs)).store;
  };
  const shared = { hashers: webHashers, now: () => clock.now() };
  const entries = { ...shared, store: await open(256 * KIB) };
  return {
    blobs: new DiskBlobStore({ ...shared, store: await open(MIB) }),
    actions: new DiskActionStore(entries),
    chunkLists: new EntryChunkLists(new DiskActionStore({ ...entries, kind: "chunks" })),
    clock,
    [Symbol.asyncDispose]: nothing,
  };
}

/** Chunks are small, so that the sizes of the suite have many. */
const options: InChunksOptions = { minBytes: 1000, chunkBytes: 40 * KIB };

/** With it, blobs may be as small as those of the suites. */
const smallPolicy: LeasePolicy = { ...testPolicy, splicedBytes: options.minBytes };

function indexedStores(joins: boolean, policy: LeasePolicy): SplicedOutputsUnderTest & Stores {
  const parts = indexedParts({ index: new MemoryBlobIndex({ joins, lags: !joins }), policy });
  return { ...createIndexedStores(parts), clock: parts.clock, [Symbol.asyncDispose]: nothing };
}

function traitsOf(
  create: () => Stores | Promise<Stores>,
  others: Omit<BlobStoreTraits, "create" | "boundaries">,
): BlobStoreTraits {
  const maxBlobBytes = ((others.capacityBytes ?? 16 * MIB) * 15) / 16;
  return {
    create: async (): Promise<BlobStoreUnderTest> => {
      const { blobs, chunkLists, ...rest } = await create();
      return { ...rest, store: inChunks(blobs, chunkLists, { ...options, maxBlobBytes }) };
    },
    boundaries: [options.minBytes, options.chunkBytes, 5 * options.chunkBytes],
    ...others,
  };
}

describeChunkListStore("memory", { create: async () => memoryStores() });
describeChunkListStore("disk blocks in memory", { create: diskStores });
for (const joins of [true, false]) {
  const name = joins ? "a table that joins" : "a table that does not join";
  describeChunkListStore(name, { create: async () => indexedStores(joins, smallPolicy) });
  const { leaseMs: indexedLeaseMs } = testPolicy;
  describeBlobStore(
    `spliced blobs over ${name}`,
    traitsOf(() => indexedStores(joins, smallPolicy), { leaseMs: indexedLeaseMs }),
  );
  describeSplicedOutputs(name, {
    create: async () => indexedStores(joins, sweepingPolicy),
  });
}

describeBlobStore(
  "spliced blobs over memory",
  traitsOf(memoryStores, { leaseMs, capacityBytes, evictsInOrderOfUse: true }),
);
describeBlobStore("spliced blobs over disk blocks in memory", traitsOf(diskStores, { leaseMs }));
