import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "vitest";
import { FileDevice } from "../../shared/adapters/disk/file-device.node.ts";
import { bytesOf, KIB, MIB, sameBytes } from "../support/bytes.ts";
import { Random } from "../support/random.ts";
import { temporaryFolder } from "./folder.node.ts";

async function openDevice(sizeBytes: number): Promise<{ device: FileDevice; path: string }> {
  const path = join(await temporaryFolder(), "device");
  return { device: await FileDevice.open(path, sizeBytes), path };
}

describe("a device on a file", () => {
  it.for([0, 0.01])(
    "writes what lies side by side together, and each thing where it belongs, with pauses: %d",
    async (pauses, { expect }) => {
      const { device, path } = await openDevice(4 * MIB);
      const expected = new Uint8Array(4 * MIB);
      const random = new Random(1);
      const writes: Promise<void>[] = [];
      // In no order, with gaps, and runs longer than one write takes.
      const offsets = Array.from({ length: 1000 }, (_, index) => index * 4000).toSorted(
        () => random.next() - 0.5,
      );
      for (const offset of offsets) {
        const length = random.chance(0.99) ? 4000 : random.below(4000);
        const bytes = bytesOf(length, offset);
        expected.set(bytes, offset);
        writes.push(device.write(offset, bytes));
        if (random.chance(pauses)) await Promise.race(writes);
        if (random.chance(pauses)) await Promise.all(writes.splice(0));
      }
      await Promise.all(writes);
      await device[Symbol.asyncDispose]();
      expect(sameBytes(await readFile(path), expected)).toBe(true);
    },
  );

  it("reads at once what was touched, the same as what was not", async ({ expect }) => {
    const { device, path } = await openDevice(4 * MIB);
    const bytes = bytesOf(2 * MIB);
    await device.write(1000, bytes);
    await using again = await FileDevice.open(path, 4 * MIB);
    const target = new Uint8Array(100 * KIB);
    const wanted = bytes.subarray(5000 - 1000, 5000 - 1000 + target.byteLength);
    expect(device.readNow(5000, target)).toBe(true);
    expect(sameBytes(target, wanted)).toBe(true);
    expect(again.readNow(5000, target.fill(0))).toBe(false);
    await again.read(5000, target);
    expect(sameBytes(target, wanted)).toBe(true);
    expect(again.readNow(5000, target.fill(0))).toBe(true);
    expect(sameBytes(target, wanted)).toBe(true);
    await device[Symbol.asyncDispose]();
  });

  it("lets others have their turn between reads", async ({ expect }) => {
    const { device } = await openDevice(MIB);
    await device.write(0, bytesOf(MIB));
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (turns < 1000) setImmediate(count);
    };
    setImmediate(count);
    const target = new Uint8Array(64 * KIB);
    for (let read = 0; read < 80; read++) await device.read(0, target);
    expect(turns).toBeGreaterThan(5);
    turns = 1000;
    await device[Symbol.asyncDispose]();
  });

  it("tells each writer and reader what went wrong", async ({ expect }) => {
    const { device } = await openDevice(MIB);
    await device.write(0, new Uint8Array(10));
    const beyond = new Uint8Array(100);
    await expect(device.read(MIB - 50, beyond)).rejects.toMatchObject({ code: "unavailable" });
    await device[Symbol.asyncDispose]();
    const writes = [0, 10, 500].map(async (at) => await device.write(at, new Uint8Array(10)));
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    }
    expect(device.readNow(0, new Uint8Array(10))).toBe(false);
    await expect(device.read(0, new Uint8Array(10))).rejects.toThrow(/cannot read .*device/);
  });
});
