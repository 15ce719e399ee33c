import { describe, expect, it } from "vitest";
import { StoreError } from "../../shared/stores/store-error.ts";
import { blobOf } from "../support/blobs.ts";
import { sameBytes } from "../support/bytes.ts";
import { WatchedStore } from "./watched-store.ts";

/** Makes one sector of the map fail, as disks do: until it is written. */
function breakSector({ mapDevice, geometry }: WatchedStore, sector: number): void {
  const start = sector * geometry.sectorBytes;
  let isBroken = true;
  mapDevice.beforeRead = (offset, length) => {
    const touches = offset < start + geometry.sectorBytes && offset + length > start;
    if (isBroken && touches) throw new StoreError("corrupt", "as planned");
  };
  mapDevice.beforeWrite = (offset) => {
    if (offset === start) isBroken = false;
  };
}

describe("a sector of the map that cannot be read", () => {
  it("costs its entries at a start, and no others", async () => {
    const store = await WatchedStore.open();
    const blobs = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => await blobOf(50, i)),
    );
    for (const blob of blobs) await store.put(blob);
    await store.open.checkpoints.run();
    // The journal of the next one holds nothing of these.
    await store.open.checkpoints.run();
    const used = store.mapDevice.bytes.findIndex((byte) => byte !== 0);
    breakSector(store, Math.floor(used / store.geometry.sectorBytes));
    await store.reopen();
    expect(store.log).toContain("1 sectors of the map cannot be read, so entries are missing");
    const read = await Promise.all(blobs.map(async (blob) => await store.read(blob)));
    const missing = read.filter((bytes) => bytes === undefined).length;
    const wrong = read.filter(
      (bytes, i) => bytes !== undefined && !sameBytes(bytes, blobs[i]?.bytes ?? bytes),
    );
    expect(wrong).toEqual([]);
    expect(missing).toBeGreaterThan(0);
    expect(missing).toBeLessThan(10);
  });

  it("does not keep checkpoints from being made", async () => {
    const store = await WatchedStore.open({ slots: 8 * 8 });
    for (let sector = 0; sector < 8; sector++) breakSector(store, sector);
    const blob = await blobOf(1000);
    await store.put(blob);
    await store.open.checkpoints.run();
    await store.reopen();
    expect(await store.isMissing(blob)).toBe(false);
  });
});

it("a state of another version is refused, not taken for damage", async () => {
  const store = await WatchedStore.open();
  await store.files.replace("state", new TextEncoder().encode("hayloft store 2\nabc\n{}\n"));
  await expect(store.reopen()).rejects.toThrow(/another version .* --reformat yes/);
});
