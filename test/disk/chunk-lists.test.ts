import { expect, test } from "vitest";
import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { EntryChunkLists } from "../../shared/stores/entry-chunk-lists.ts";
import { absentDigest } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { memoryParts, openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { webHashers } from "../support/web-hashers.ts";

test("a list that no block can hold is refused for good, and not kept in part", async () => {
  const parts = memoryParts(smallGeometry);
  const { store } = await openForTest(parts, smallGeometry, new ManualClock(), 1000);
  const entries = new DiskActionStore({ store, hashers: webHashers, now: () => 0, kind: "chunks" });
  const lists = new EntryChunkLists(entries);
  const list = (count: number) => ({
    chunks: Array.from({ length: count }, (_, index) => absentDigest(index, 100)),
    cutBy: "unknown" as const,
  });
  const blob = absentDigest(5000, 4000 * 100);
  await expect(lists.put(blob, list(4000), callFor())).rejects.toMatchObject({ code: "too-large" });
  expect(await entries.get(blob, callFor())).toBeUndefined();
  await lists.put(blob, list(100), callFor());
  expect((await entries.get(blob, callFor()))?.references).toHaveLength(100);
});
