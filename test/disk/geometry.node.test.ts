import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blobOf } from "../support/blobs.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { runHayloft } from "../node/run-hayloft.node.ts";
import { look, openFolder, put, sizeBytes, temporaryFolder } from "./folder.node.ts";
import { rejectionOf } from "./rejection.ts";

/** Every file of a folder, with its size, time and, where it is small, content. */
async function imageOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const lines = names.toSorted().map(async (name) => {
    const path = join(folder, name);
    const { size, mtimeMs } = await stat(path);
    const isSmall = (await stat(path)).isFile() && size < MIB;
    const content = isSmall
      ? createHash("sha256")
          .update(await readFile(path))
          .digest("hex")
      : "";
    return `${name} ${size} ${name === "owner" || name === "lock" ? "" : mtimeMs} ${content}`;
  });
  return await Promise.all(lines);
}

describe("a data folder of another size or geometry", () => {
  test("is refused, with the choice, and nothing in it is changed", async () => {
    const folder = await temporaryFolder();
    const blob = await blobOf(100_000);
    const before = await openFolder(folder);
    await put(before.blobs, blob);
    await before[Symbol.asyncDispose]();
    const image = await imageOf(folder);

    for (const wish of [
      { sizeBytes: 2 * sizeBytes },
      { settings: { oldBlocks: 5 } },
      { settings: { averageBytes: 1000 } },
    ]) {
      const refusal = await rejectionOf(openFolder(folder, wish));
      expect(refusal.code).toBe("denied");
      expect(refusal.message).toMatch(/leave out --size and --geometry .* or .* --reformat/);
    }
    expect(await imageOf(folder)).toEqual(image);

    await using kept = await openFolder(folder, {
      sizeBytes: undefined,
      defaultBytes: 3 * sizeBytes,
    });
    expect(await look(kept.blobs, blob)).toBe("right");
    expect(kept.sizeBytes).toBeLessThanOrEqual(sizeBytes);
  });

  test("starts empty where that is asked for, in its new size", async () => {
    const folder = await temporaryFolder();
    const blob = await blobOf(100_000);
    const before = await openFolder(folder);
    await put(before.blobs, blob);
    await before[Symbol.asyncDispose]();
    const after = await openFolder(folder, { sizeBytes: 2 * sizeBytes, reformat: true });
    expect(await look(after.blobs, blob)).toBe("missing");
    await put(after.blobs, blob);
    await after[Symbol.asyncDispose]();
    await using again = await openFolder(folder, { sizeBytes: 2 * sizeBytes });
    expect(await look(again.blobs, blob)).toBe("right");
  });

  test("ends the server in one line, as a second server on it does", async () => {
    const data = await temporaryFolder();
    await using first = await startHayloft({ data, args: ["--size", "256MiB"] });
    const serve = async (...args: string[]): Promise<string> => {
      const ended = await runHayloft(["serve", "--listen", "127.0.0.1:0", "--data", data, ...args]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/^hayloft: [^\n]*\n$/);
      return ended.stderr;
    };
    expect(await serve("--size", "256MiB")).toContain(`is in use by process ${first.pid};`);
    expect(await first.stop()).toBe(0);
    expect(await serve("--size", "300MiB")).toContain("start empty with --reformat");
    expect(await serve("--geometry", "old=7")).toContain("start empty with --reformat");
  });
});

describe("a geometry that cannot work", () => {
  test.each([
    [{ spareBlocks: 1 }, /spare/],
    [{ sectorBytes: 1000 }, /sector/],
    [{ sectorBytes: 2 ** 20 }, /sector/],
    [{ newBlocks: 20 }, /new/],
    [{ oldBlocks: 1000 }, /blocks/],
    [{ averageBytes: 10 }, /average/],
  ])("%j is refused before anything is made", async (settings, says) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "blobs"));
    const refusal = await rejectionOf(openFolder(folder, { settings }));
    expect(refusal.code).toBe("denied");
    expect(refusal.message).toMatch(says);
    expect(await readdir(join(folder, "blobs"))).toEqual([]);
  });
});
