import { describe, it } from "vitest";
import { splicedBlobs } from "../../shared/stores/decorators/spliced-blobs.ts";
import { LeasedChunkLists } from "../../shared/stores/leased-chunk-lists.ts";
import { inTime } from "../../shared/stores/in-time.ts";
import { absentDigest } from "../support/blobs.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { overriding } from "../support/overriding.ts";

const late = { name: "StoreError", code: "unavailable" };

describe("an answer that several look-ups make up", () => {
  it.for([
    { tookMs: 100, isGiven: true },
    { tookMs: 101, isGiven: false },
  ])("is given while it can be relied on: $isGiven", async ({ tookMs, isGiven }, { expect }) => {
    const clock = new ManualClock();
    const answer = inTime(
      async () => {
        clock.advance(tookMs);
        return "there";
      },
      { clock, withinMs: 100 },
    );
    if (isGiven) expect(await answer).toBe("there");
    else await expect(answer).rejects.toMatchObject(late);
  });

  it("is one about blobs of which some are spliced", async ({ expect }) => {
    const clock = new ManualClock();
    const { memory, chunkLists } = createCache();
    const lists = new LeasedChunkLists(memory, chunkLists, 1);
    const slow = overriding(memory, {
      findMissing: async (...args) => {
        clock.advance(101);
        return await memory.findMissing(...args);
      },
    });
    const store = splicedBlobs(slow, lists, { clock, withinMs: 100 });
    await expect(store.findMissing([absentDigest()], callFor())).rejects.toMatchObject(late);
  });
});
