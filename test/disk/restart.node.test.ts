import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blobOf } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { look, openFolder, put, temporaryFolder } from "./folder.node.ts";

const blobs = await Promise.all(
  [0, 1, 1000, 4096, 65_536, 65_537, 300_000, 3_000_000].map(
    async (size, seed) => await blobOf(size, seed),
  ),
);

describe("a data folder", () => {
  test("has everything after it was closed and opened again", async () => {
    const folder = await temporaryFolder();
    const before = await openFolder(folder);
    for (const blob of blobs) await put(before.blobs, blob);
    for (const { digest } of blobs) {
      const entry = { result: new Uint8Array([digest.sizeBytes % 256]), references: [digest] };
      await before.actions.put(digest, entry, callFor());
    }
    await before[Symbol.asyncDispose]();

    await using after = await openFolder(folder);
    for (const blob of blobs) expect(await look(after.blobs, blob)).toBe("right");
    for (const { digest } of blobs) {
      const found = await after.actions.get(digest, callFor());
      expect(found?.result).toEqual(new Uint8Array([digest.sizeBytes % 256]));
      expect(found?.references).toEqual([digest]);
    }
    expect(after.log).toEqual([]);
  });

  test("that was copied under a running store is what its last checkpoint was", async () => {
    const [folder, copy] = [await temporaryFolder(), await temporaryFolder()];
    await using original = await openFolder(folder, { checkpointMs: 50 });
    for (const blob of blobs) await put(original.blobs, blob);
    await expect.poll(() => original.stats().blobs.checkpointMs).toBeDefined();
    await cp(join(folder, "blobs"), join(copy, "blobs"), { recursive: true });
    await using after = await openFolder(copy);
    for (const blob of blobs) expect(await look(after.blobs, blob)).toBe("right");
  });
});

describe("a server", () => {
  test("that is told to stop loses nothing, not even what came last", async () => {
    const data = await temporaryFolder();
    const args = ["--size", "256MiB"];
    const before = await startHayloft({ data, args });
    for (const { digest, bytes: body } of blobs) {
      const { status } = await fetch(`${before.url}/cas/${digest.hash}`, { method: "PUT", body });
      expect(status).toBe(200);
    }
    expect(await before.stop()).toBe(0);

    await using after = await startHayloft({ data, args });
    for (const { digest, bytes } of blobs) {
      const response = await fetch(`${after.url}/cas/${digest.hash}`);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }
    expect(after.output()).not.toContain("damaged");
  });
});
