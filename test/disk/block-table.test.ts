import { describe, expect, it } from "vitest";
import { BlockTable } from "../../shared/adapters/disk/block-table.ts";
import { AtomicWords } from "../../shared/adapters/disk/shared-words.ts";

const BLOCKS = 4;
const LEASE_MS = 128_000;
const EPOCH_MS = 1_700_000_000_000;

/** A table as its owner has it, with block 1 in region 3. */
function tableOf(): BlockTable {
  const words = new AtomicWords(new SharedArrayBuffer(BlockTable.wordsFor(BLOCKS) * 4));
  const options = { words, at: 0, blocks: BLOCKS, leaseMs: LEASE_MS, epochMs: EPOCH_MS };
  const table = new BlockTable(options);
  table.clear();
  table.begin(1, 3);
  return table;
}

describe("the table of blocks that threads share", () => {
  it("knows which blocks are live, and where they lie", () => {
    const table = tableOf();
    expect([0, 1, 2, 1 + BLOCKS].map((number) => table.isLive(number))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(table.regionOf(1)).toBe(3);
  });

  it("gives up no block that is leased, for as long as was promised and little longer", () => {
    const table = tableOf();
    const endsMs = EPOCH_MS + LEASE_MS;
    expect(table.lease(1, endsMs)).toBe("unrecorded");
    expect(table.lease(1, endsMs - 5000)).toBe("leased");
    expect(table.giveUp(1, endsMs - 1)).toBe(false);
    expect(table.giveUp(1, endsMs + LEASE_MS / 100)).toBe(true);
    expect(table.isLive(1)).toBe(false);
  });

  it("gives up no block that a thread holds, however often", () => {
    const table = tableOf();
    expect([table.hold(1), table.hold(1)]).toEqual(["held", "held"]);
    table.release(1);
    expect([table.isHeld(1), table.giveUp(1, EPOCH_MS)]).toEqual([true, false]);
    table.release(1);
    expect([table.isHeld(1), table.giveUp(1, EPOCH_MS)]).toEqual([false, true]);
  });

  it("keeps a lease beside holds", () => {
    const table = tableOf();
    table.hold(1);
    table.lease(1, EPOCH_MS + LEASE_MS);
    table.hold(1);
    table.release(1);
    table.release(1);
    expect(table.leaseEndsMs(1)).toBeGreaterThanOrEqual(EPOCH_MS + LEASE_MS);
    expect(table.giveUp(1, EPOCH_MS)).toBe(false);
  });

  it("refuses more holds than it can count, and loses none", () => {
    const table = tableOf();
    const holds = Array.from({ length: 300 }, () => table.hold(1)).filter(
      (held) => held === "held",
    );
    expect(holds.length).toBe(255);
    expect(table.leaseEndsMs(1)).toBe(0);
    for (const _ of holds) table.release(1);
    expect(table.isHeld(1)).toBe(false);
  });

  it("promises nothing of a block that was given up, nor of the next one in its place", () => {
    const table = tableOf();
    table.giveUp(1, EPOCH_MS);
    expect([table.lease(1, EPOCH_MS + LEASE_MS), table.hold(1)]).toEqual(["gone", "gone"]);
    table.begin(1 + BLOCKS, 2);
    expect([table.lease(1, EPOCH_MS + LEASE_MS), table.hold(1)]).toEqual(["gone", "gone"]);
    expect([table.isLive(1), table.isLive(1 + BLOCKS)]).toEqual([false, true]);
    expect(table.isHeld(1 + BLOCKS)).toBe(false);
  });

  it("tells of leases that no checkpoint has, once until the next one begins", () => {
    const table = tableOf();
    table.record(1, EPOCH_MS + LEASE_MS);
    expect(table.lease(1, EPOCH_MS + LEASE_MS - 2000)).toBe("leased");
    expect(table.lease(1, EPOCH_MS + LEASE_MS + 2000)).toBe("unrecorded");
    expect([table.mustTell(), table.mustTell()]).toEqual([true, false]);
    table.heard();
    expect(table.mustTell()).toBe(true);
  });

  it("counts leases from a clock that is set back, too", () => {
    const table = tableOf();
    const endsMs = EPOCH_MS - 24 * 60 * 60 * 1000;
    table.lease(1, endsMs);
    expect([table.giveUp(1, endsMs - 1), table.giveUp(1, endsMs + LEASE_MS)]).toEqual([
      false,
      true,
    ]);
  });
});
