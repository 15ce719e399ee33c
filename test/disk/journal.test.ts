import { expect, it } from "vitest";
import { applyChanges } from "../../shared/adapters/disk/journal.ts";
import { RECORD_WORDS } from "../../shared/adapters/disk/map-table.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { WatchedDevice } from "./watched-device.ts";

const SECTOR_BYTES = 512;
const RECORDS_PER_SECTOR = 8;

/** A record of one number in each of these slots. */
function changesOf(...slots: readonly number[]): Uint32Array {
  return Uint32Array.from(
    slots.flatMap((slot) => [slot, ...Array.from({ length: RECORD_WORDS }, () => slot + 1)]),
  );
}

function recordsIn({ bytes }: WatchedDevice): readonly number[] {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return [...words].filter((word, at) => word !== 0 && at % RECORD_WORDS === 0).map((n) => n - 1);
}

it("changes come where they belong, in runs of sectors that lie side by side", async () => {
  const device = new WatchedDevice(SECTOR_BYTES * 2000);
  const dense = Array.from({ length: 5000 }, (_, index) => index * 2 + 1);
  const slots = [...dense, 12_000, 15_999];
  await applyChanges(device, changesOf(...slots.toReversed()), SECTOR_BYTES);
  expect(recordsIn(device)).toEqual(slots);
  // 1,250 sectors side by side, of which 512 are 256 KiB, and two alone.
  expect(device.writes).toBe(5);
});

it("changes leave what else is in their sectors", async () => {
  const device = new WatchedDevice(SECTOR_BYTES * 4);
  await applyChanges(device, changesOf(0, 9, 17), SECTOR_BYTES);
  await applyChanges(device, changesOf(1, 10), SECTOR_BYTES);
  expect(recordsIn(device)).toEqual([0, 1, 9, 10, 17]);
  await applyChanges(device, changesOf(), SECTOR_BYTES);
  expect(recordsIn(device)).toEqual([0, 1, 9, 10, 17]);
});

it("a failure is told when nothing is written any more: what came later would be lost", async () => {
  const device = new WatchedDevice(SECTOR_BYTES * 100);
  const gate = Promise.withResolvers<void>();
  device.beforeWrite = async (offset) => {
    if (offset === 0) throw new StoreError("unavailable", "as planned");
    await gate.promise;
  };
  const applying = applyChanges(device, changesOf(0, 10 * RECORDS_PER_SECTOR), SECTOR_BYTES);
  let isOver = false;
  const over = applying.catch(() => undefined).finally(() => (isOver = true));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  expect(isOver).toBe(false);
  gate.resolve();
  await over;
  await expect(applying).rejects.toThrow("as planned");
  expect(recordsIn(device)).toEqual([10 * RECORDS_PER_SECTOR]);
});
