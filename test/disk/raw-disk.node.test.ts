import { describe, expect, test } from "vitest";
import { FileDevice } from "../../shared/adapters/disk/file-device.node.ts";
import { blobOf } from "../support/blobs.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { attachDisk, noDevices } from "../support/root-devices.node.ts";
import { look, openFolder, put, temporaryFolder } from "./folder.node.ts";
import { rejectionOf } from "./rejection.ts";

const diskBytes = 300 * MIB;

describe.skipIf(noDevices !== undefined)(`a raw disk${reason()}`, () => {
  test("keeps the blobs, and is kept from others meanwhile", async () => {
    await using disk = await attachDisk(diskBytes);
    const folder = await temporaryFolder();
    const blobs = [await blobOf(100, 1), await blobOf(3 * MIB, 2)];
    const before = await openFolder(folder, { device: disk.path });
    for (const blob of blobs) await put(before.blobs, blob);
    const another = openFolder(await temporaryFolder(), { device: disk.path });
    expect((await rejectionOf(another)).message).toContain(`cannot open ${disk.path}: EBUSY`);
    await before[Symbol.asyncDispose]();

    await using after = await openFolder(folder, { device: disk.path });
    for (const blob of blobs) expect(await look(after.blobs, blob)).toBe("right");
  });

  test("that is too small for the size is refused by the flag's name", async () => {
    await using disk = await attachDisk(diskBytes);
    const wish = { device: disk.path, sizeBytes: 2 * diskBytes };
    const refusal = await rejectionOf(openFolder(await temporaryFolder(), wish));
    expect(refusal.message).toMatch(/has fewer than \d+ bytes; give a smaller --size/);
  });

  test("decides the size where none is given", async () => {
    await using disk = await attachDisk(diskBytes);
    expect(await FileDevice.sizeOf(disk.path)).toBe(diskBytes);
    await using server = await startHayloft({ args: ["--device", disk.path] });
    expect(server.output()).toContain(`It keeps up to 0.3 GiB in ${disk.path}, with its index in `);
  });
});

function reason(): string {
  return noDevices === undefined ? "" : ` (skipped: it ${noDevices})`;
}
