import { it } from "vitest";
import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { absentDigest } from "../support/blobs.ts";
import { bytesOf, KIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { memoryParts, openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { webHashers } from "../support/web-hashers.ts";

it("an action result whose references do not fit is kept with who wrote it", async ({ expect }) => {
  const geometry = { ...smallGeometry, blockBytes: 64 * KIB, newBlocks: 1 };
  const { store } = await openForTest(memoryParts(geometry), geometry, new ManualClock(), 60_000);
  const actions = new DiskActionStore({ store, hashers: webHashers, now: () => 0 });
  const references = Array.from({ length: 2000 }, (_, index) => absentDigest(index, index));
  const kept = { result: bytesOf(100), provenance: { subject: "ci", writtenMs: 1 } };
  await actions.put(absentDigest(), { ...kept, references }, callFor());
  const found = await actions.get(absentDigest(), callFor());
  expect(found).toEqual({ ...kept, references: undefined, completeness: "unknown" });
});
