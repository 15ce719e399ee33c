import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FileDevice } from "../../shared/adapters/disk/file-device.node.ts";
import { blobOf } from "../support/blobs.ts";
import { bytesOf, KIB, MIB, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { mountMemory, noDevices } from "../support/root-devices.node.ts";
import { look, openFolder, put } from "./folder.node.ts";
import { rejectionOf } from "./rejection.ts";

/** Takes what a file system still has. */
async function fill(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const path = join(folder, "ballast");
  await writeFile(path, new Uint8Array(bavail * bsize));
  return path;
}

describe.skipIf(noDevices !== undefined)(`a full disk${reason()}`, () => {
  test("is an error of the upload, harms nothing, and is over when there is room", async () => {
    await using mount = await mountMemory(16 * MIB);
    const { folder } = mount;
    const stores = await openFolder(folder, { checkpointMs: 20 });
    const [held, small, large] = await Promise.all([
      blobOf(100 * KIB, 1),
      blobOf(20 * KIB, 2),
      blobOf(3 * MIB, 3),
    ]);
    await put(stores.blobs, held);
    await expect.poll(() => stores.stats().blobs.checkpointMs).toBeDefined();

    const ballast = await fill(folder);
    for (const blob of [large, small]) {
      await expect(put(stores.blobs, blob)).rejects.toMatchObject({ code: "exhausted" });
      expect(await stores.blobs.findMissing([blob.digest], callFor())).toHaveLength(1);
    }
    expect(await look(stores.blobs, held)).toBe("right");

    await rm(ballast);
    for (const blob of [large, small]) await put(stores.blobs, blob);
    await stores[Symbol.asyncDispose]();
    await using after = await openFolder(folder);
    for (const blob of [held, large, small]) expect(await look(after.blobs, blob)).toBe("right");
  });

  test("takes of writes side by side those that it has room for", async () => {
    await using mount = await mountMemory(MIB);
    await using device = await FileDevice.open(join(mount.folder, "device"), 2 * MIB);
    const bytes = bytesOf(4 * KIB);
    const offsets = Array.from({ length: 400 }, (_, index) => index * bytes.byteLength);
    const writing = offsets.map(async (offset) => await device.write(offset, bytes));
    const outcomes = await Promise.allSettled(writing);
    const written = offsets.filter((_, index) => outcomes[index]?.status === "fulfilled");
    expect(written.length * bytes.byteLength).toBeGreaterThan(MIB / 2);
    const target = new Uint8Array(bytes.byteLength);
    for (const offset of written) {
      await device.read(offset, target.fill(0));
      expect(sameBytes(target, bytes)).toBe(true);
    }
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "exhausted" } });
    }
  });

  test("keeps checkpoints from being made, says so, and makes up for them later", async () => {
    await using mount = await mountMemory(16 * MIB);
    const { folder } = mount;
    const stores = await openFolder(folder, { checkpointMs: 300 });
    const blob = await blobOf(100);
    await put(stores.blobs, blob);
    const ballast = await fill(folder);
    await expect.poll(() => stores.log.length).toBeGreaterThan(0);
    expect(stores.log[0]).toMatch(/^blobs: cannot make safe what was written, .*ENOSPC/);
    await rm(ballast);
    await stores[Symbol.asyncDispose]();
    await using after = await openFolder(folder);
    expect(await look(after.blobs, blob)).toBe("right");
  });

  test("ends a start with what is wrong", async () => {
    await using mount = await mountMemory(MIB);
    await fill(mount.folder);
    const { message } = await rejectionOf(openFolder(mount.folder));
    expect(message).toContain(mount.folder);
  });
});

function reason(): string {
  return noDevices === undefined ? "" : ` (skipped: it ${noDevices})`;
}
