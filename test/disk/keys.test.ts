import { describe, it } from "vitest";
import { type Key, Keys, type KeysOptions } from "../../shared/adapters/disk/key.ts";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { absentDigest } from "../support/blobs.ts";
import { webHashers } from "../support/web-hashers.ts";

const name = absentDigest(1);

async function keyOf(
  options: Partial<KeysOptions>,
  { instance = "", of = name }: { readonly instance?: string; readonly of?: typeof name } = {},
): Promise<Key> {
  const keys = new Keys({ kind: "action", seed: [1, 2], hashers: webHashers, ...options });
  return await keys.of(of, parseInstanceName(instance));
}

/** What turns one key into the other: who knows it could give one thing the key of another. */
function difference(one: Key, other: Key): string {
  return one.map((word, index) => word ^ (other[index] ?? 0)).join();
}

describe("the key of a name", () => {
  it("is always the same in one store", async ({ expect }) => {
    expect(await keyOf({})).toEqual(await keyOf({}));
  });

  it("is there at once for all but the first name of an instance and function", async ({
    expect,
  }) => {
    const keys = new Keys({ kind: "blob", seed: [1, 2], hashers: webHashers });
    const main = parseInstanceName("main");
    const first = keys.of(name, main);
    expect(first).toBeInstanceOf(Promise);
    expect(keys.of(name, main)).toBeInstanceOf(Promise);
    expect(await first).toEqual(await keyOf({ kind: "blob" }, { instance: "main" }));
    expect(keys.of(name, main)).toEqual(await first);
    expect(keys.of(absentDigest(2), main)).not.toBeInstanceOf(Promise);
    expect(keys.of(name, parseInstanceName("other"))).toBeInstanceOf(Promise);
    expect(keys.of({ ...name, function: "blake3" }, main)).toBeInstanceOf(Promise);
  });

  it.for(["md5", "sha1", "sha512", "vso"] as const)(
    "is one of 256 bits for a hash of %s, and follows from all of it",
    async (digestFunction, { expect }) => {
      const { hashLength } = digestFunctions[digestFunction];
      const keys = new Keys({ kind: "blob", seed: [1, 2], hashers: webHashers });
      const keyOfHash = async (hash: string): Promise<string> => {
        const key = await keys.of({ function: digestFunction, hash }, parseInstanceName(""));
        expect(key).toHaveLength(8);
        return key.join();
      };
      const hashes = ["a".repeat(hashLength), `b${"a".repeat(hashLength - 1)}`];
      const others = [...hashes, `${"a".repeat(hashLength - 1)}b`];
      expect(new Set(await Promise.all(others.map(keyOfHash))).size).toBe(3);
      expect(await keyOfHash(hashes[0] ?? "")).toBe(await keyOfHash("a".repeat(hashLength)));
    },
  );

  it("is another for another kind, instance, function or hash", async ({ expect }) => {
    const keys = await Promise.all([
      keyOf({}),
      keyOf({ kind: "chunks" }),
      keyOf({ kind: "blob" }),
      keyOf({}, { instance: "main" }),
      keyOf({}, { of: { ...name, function: "blake3" } }),
      keyOf({}, { of: absentDigest(2) }),
    ]);
    expect(new Set(keys.map((key) => key.join())).size).toBe(keys.length);
  });

  it("cannot be made that of another by who does not know the store's seed", async ({ expect }) => {
    const moves = async (seed: readonly number[]): Promise<readonly string[]> => {
      const own = await keyOf({ seed });
      const others = [keyOf({ seed, kind: "chunks" }), keyOf({ seed }, { instance: "main" })];
      return (await Promise.all(others)).map((other) => difference(own, other));
    };
    const [one, other] = [await moves([1, 2]), await moves([1, 3])];
    expect(one.filter((move) => other.includes(move))).toEqual([]);
  });
});
