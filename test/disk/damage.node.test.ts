import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeJournal, decodeJournal } from "../../shared/adapters/disk/journal.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { look, openFolder, put, temporaryFolder } from "./folder.node.ts";

const blobs = await Promise.all(
  [50, 1000, 5000, 70_000, 700_000].map(async (size, seed) => await blobOf(size, seed + 1)),
);

/** A folder with the blobs in it, and an action result for each. */
async function filledFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await using stores = await openFolder(folder);
  for (const blob of blobs) {
    await put(stores.blobs, blob);
    const entry = { result: blob.bytes.slice(0, 200), references: [blob.digest] };
    await stores.actions.put(blob.digest, entry, callFor());
  }
  return folder;
}

/** Changes a bit of a file where these bytes lie in it. */
async function damage(path: string, bytes: Uint8Array, at = 0): Promise<void> {
  const content = await readFile(path);
  const begin = content.indexOf(bytes);
  if (begin < 0) throw new Error(`${path} does not hold the bytes`);
  const byte = new Uint8Array([(content[begin + at] ?? 0) ^ 1]);
  await using file = await open(path, "r+");
  await file.write(byte, 0, 1, begin + at);
}

function codeOf(error: unknown): string {
  return error instanceof StoreError ? error.code : String(error);
}

describe("damage to", () => {
  test.each(blobs)(
    "a blob costs that blob, which the next upload repairs: $digest.sizeBytes bytes",
    async (victim: TestBlob) => {
      const folder = await filledFolder();
      await damage(join(folder, "blobs", "blocks"), victim.bytes.subarray(0, 40), 20);
      const stores = await openFolder(folder);
      for (const blob of blobs) {
        const found = await look(stores.blobs, blob).catch(codeOf);
        // A large one is on its way before all of it is known.
        const verdict = blob.bytes.byteLength > 256 * 1024 ? "corrupt" : "missing";
        expect(found).toBe(blob === victim ? verdict : "right");
      }
      expect(await stores.blobs.findMissing([victim.digest], callFor())).toEqual([victim.digest]);
      expect(stores.stats().blobs.corruptEntries).toBe(1);
      expect(stores.log).toEqual([
        expect.stringMatching(
          new RegExp(`^blobs: an entry of ${victim.bytes.byteLength} bytes, at .* was damaged`),
        ),
      ]);
      await put(stores.blobs, victim);
      expect(await look(stores.blobs, victim)).toBe("right");
      await stores[Symbol.asyncDispose]();

      await using after = await openFolder(folder);
      for (const blob of blobs) expect(await look(after.blobs, blob)).toBe("right");
      expect(after.stats().blobs.corruptEntries).toBe(0);
    },
  );

  test("an action result costs that one", async () => {
    const folder = await filledFolder();
    const [victim, ...others] = blobs;
    if (victim === undefined) throw new Error("no blobs");
    await damage(join(folder, "actions", "blocks"), victim.bytes);
    await using stores = await openFolder(folder);
    expect(await stores.actions.get(victim.digest, callFor())).toBeUndefined();
    for (const { digest, bytes } of others) {
      const found = await stores.actions.get(digest, callFor());
      expect(found?.result).toEqual(bytes.slice(0, 200));
    }
    expect(stores.stats().actions.corruptEntries).toBe(1);
    expect(stores.log).toHaveLength(1);
    await stores.actions.put(
      victim.digest,
      { result: victim.bytes, references: undefined },
      callFor(),
    );
    expect((await stores.actions.get(victim.digest, callFor()))?.result).toEqual(victim.bytes);
  });

  test("every record of the map costs blobs, and makes none of them wrong", async () => {
    const folder = await filledFolder();
    const path = join(folder, "blobs", "map");
    const map = await readFile(path);
    for (let at = 0; at < map.byteLength; at += 64) {
      const isTaken = map.subarray(at, at + 64).some((byte) => byte !== 0);
      const place = at + 32 + ((at / 64) % 28);
      if (isTaken) map[place] = (map[place] ?? 0) ^ 4;
    }
    await writeFile(path, map);
    await rm(join(folder, "blobs", "journal"));
    await using stores = await openFolder(folder);
    for (const blob of blobs) expect(await look(stores.blobs, blob)).toBe("missing");
    for (const blob of blobs) await put(stores.blobs, blob);
    for (const blob of blobs) expect(await look(stores.blobs, blob)).toBe("right");
  });

  test("the state empties that part of the cache, with a word in the log", async () => {
    const folder = await filledFolder();
    await damage(join(folder, "blobs", "state"), Buffer.from("nextNumber"));
    const stores = await openFolder(folder);
    expect(stores.log).toEqual(["blobs: the state is damaged, so the cache starts empty"]);
    for (const blob of blobs) {
      expect(await look(stores.blobs, blob)).toBe("missing");
      expect(await stores.actions.get(blob.digest, callFor())).toBeDefined();
    }
    for (const blob of blobs) await put(stores.blobs, blob);
    await stores[Symbol.asyncDispose]();
    await using after = await openFolder(folder);
    expect(after.log).toEqual([]);
    for (const blob of blobs) expect(await look(after.blobs, blob)).toBe("right");
  });

  test("the journal is told of in the log, and makes nothing wrong", async () => {
    const folder = await filledFolder();
    await damage(join(folder, "blobs", "journal"), Buffer.from(new Uint8Array(4)));
    await using stores = await openFolder(folder);
    expect(stores.log).toEqual([
      "blobs: the journal is damaged, so what was written last may be missing",
    ]);
    // It had all been brought into the map before.
    for (const blob of blobs) expect(await look(stores.blobs, blob)).toBe("right");
  });
});

test("a journal is read from wherever in memory its file was put", () => {
  const changes = Uint32Array.from({ length: 17 * 3 }, (_, index) => index);
  const stored = encodeJournal(7, changes);
  for (const offset of [0, 4, 1, 2]) {
    const pool = Buffer.alloc(stored.byteLength + 100, 9);
    pool.set(stored, offset);
    const found = decodeJournal(pool.subarray(offset, offset + stored.byteLength));
    expect(found).toEqual({ generation: 7, changes });
  }
});
