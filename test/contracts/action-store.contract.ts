import { describe, it } from "vitest";
import {
  allDigestFunctions,
  type DigestFunction,
  digestFunctions,
} from "../../shared/digest/digest-function.ts";
import { parseHash } from "../../shared/digest/digest.ts";
import type { ActionEntry, ActionName, ActionStore } from "../../shared/stores/action-store.ts";
import { absentDigest } from "../support/blobs.ts";
import { bytesOf, KIB } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";

/** What the suite must know of an adapter. */
export interface ActionStoreTraits {
  /** A store for one test, empty. */
  readonly create: () => Promise<{ readonly store: ActionStore } & AsyncDisposable>;
  /** The largest result that the adapter must take, in bytes: at its limit, whatever that is. */
  readonly largestResultBytes: number;
}

/** The name of an action that is as good as any other. */
function action(index = 0): ActionName {
  const { function: name, hash } = absentDigest(index);
  return { function: name, hash };
}

function entryOf(size: number, seed = 1): ActionEntry {
  return { result: bytesOf(size, seed), references: [absentDigest(seed)] };
}

/** Everything that the port promises, asked of one adapter. */
export function describeActionStore(name: string, traits: ActionStoreTraits): void {
  describe(`${name}, an action store`, () => {
    describeEntries(traits);
    describeNames(traits);
    describeWrites(traits);
    describeAborts(traits);
  });
}

function describeEntries({ create, largestResultBytes }: ActionStoreTraits): void {
  describe("entries", () => {
    it("misses with undefined", async ({ expect }) => {
      await using test = await create();
      expect(await test.store.get(action(), callFor())).toBeUndefined();
    });

    it.for([0, 1, 1000, 64 * KIB, largestResultBytes])(
      "gives back a result of %i bytes as it came",
      async (size, { expect }) => {
        await using test = await create();
        const entry = entryOf(size);
        await test.store.put(action(), entry, callFor());
        const found = await test.store.get(action(), callFor());
        expect(found?.result).toEqual(entry.result);
        expect(found?.references).toEqual(entry.references);
      },
    );

    it("tells references that are unknown from none, and keeps many", async ({ expect }) => {
      await using test = await create();
      const many = Array.from({ length: 5000 }, (_, i) => absentDigest(i, i));
      for (const references of [undefined, [], many]) {
        await test.store.put(action(), { result: bytesOf(10), references }, callFor());
        const found = await test.store.get(action(), callFor());
        expect(found?.references).toEqual(references);
      }
    });

    it("keeps the action's size where it is known", async ({ expect }) => {
      await using test = await create();
      await test.store.put(action(), { ...entryOf(10), actionSizeBytes: 142 }, callFor());
      expect((await test.store.get(action(), callFor()))?.actionSizeBytes).toBe(142);
      await test.store.put(action(), entryOf(10), callFor());
      expect((await test.store.get(action(), callFor()))?.actionSizeBytes).toBeUndefined();
    });

    it.for([1000, 64 * KIB])("keeps who wrote %i bytes, and when", async (size, { expect }) => {
      await using test = await create();
      const provenances = [
        {
          subject: "ci: main é\n",
          writtenMs: 1_767_225_600_123,
          invocationId: "i",
          toolName: "bazel",
        },
        { subject: "", writtenMs: 0 },
        undefined,
      ];
      for (const provenance of provenances) {
        const kept = provenance === undefined ? {} : { provenance };
        await test.store.put(action(), { ...entryOf(size), ...kept }, callFor());
        const found = await test.store.get(action(), callFor());
        expect(found?.provenance).toEqual(provenance);
      }
    });

    it("keeps a copy, so that the writer may use its memory again", async ({ expect }) => {
      await using test = await create();
      const request = bytesOf(300);
      const result = request.subarray(100, 200);
      await test.store.put(action(), { result, references: [] }, callFor());
      request.fill(0);
      const found = await test.store.get(action(), callFor());
      expect(found?.result).toEqual(bytesOf(300).slice(100, 200));
    });
  });
}

function describeNames({ create }: ActionStoreTraits): void {
  describe("names", () => {
    it("keeps actions apart", async ({ expect }) => {
      await using test = await create();
      for (let i = 0; i < 50; i++) await test.store.put(action(i), entryOf(100, i), callFor());
      for (let i = 0; i < 50; i++) {
        const found = await test.store.get(action(i), callFor());
        expect(found?.result).toEqual(bytesOf(100, i));
      }
    });

    it("keeps digest functions apart, even where the hashes look alike", async ({ expect }) => {
      await using test = await create();
      const alike = { ...action(), function: "blake3" } as const;
      await test.store.put(action(), entryOf(100), callFor());
      expect(await test.store.get(alike, callFor())).toBeUndefined();
    });

    it.for(allDigestFunctions)("takes actions and references of %s", async (name, { expect }) => {
      await using test = await create();
      const hash = parseHash(name, "0123456789abcdef".repeat(8).slice(0, hashLength(name)), "hash");
      const references = [{ function: name, hash, sizeBytes: 5 }, absentDigest()];
      const key = { function: name, hash };
      await test.store.put(key, { result: bytesOf(10), references }, callFor());
      const found = await test.store.get(key, callFor());
      expect(found?.references).toEqual(references);
    });

    it("keeps instances apart", async ({ expect }) => {
      await using test = await create();
      await test.store.put(action(), entryOf(100), callFor("main/linux"));
      for (const other of ["", "main", "main/linux/x", "main/windows", "Main/linux"]) {
        expect(await test.store.get(action(), callFor(other))).toBeUndefined();
      }
      expect(await test.store.get(action(), callFor("main/linux"))).toBeDefined();
    });

    it("keeps instances apart that share their blobs", async ({ expect }) => {
      await using test = await create();
      const blobScope = callFor("main").instanceName;
      const own = { ...callFor("main/linux"), blobScope };
      await test.store.put(action(), entryOf(100), own);
      for (const other of [callFor("main"), { ...callFor("main/windows"), blobScope }]) {
        expect(await test.store.get(action(), other)).toBeUndefined();
      }
      expect(await test.store.get(action(), own)).toBeDefined();
    });
  });
}

function hashLength(name: DigestFunction): number {
  return digestFunctions[name].hashLength;
}

function describeWrites({ create }: ActionStoreTraits): void {
  describe("writes", () => {
    it("replaces all of an entry: the last write wins", async ({ expect }) => {
      await using test = await create();
      for (const [size, seed] of [
        [1000, 1],
        [5, 2],
        [0, 3],
        [2000, 4],
      ] as const) {
        await test.store.put(action(), entryOf(size, seed), callFor());
        const found = await test.store.get(action(), callFor());
        expect(found).toMatchObject(entryOf(size, seed));
      }
    });

    it("shows one whole entry of many written at once", async ({ expect }) => {
      await using test = await create();
      const entries = Array.from({ length: 50 }, (_, i) => entryOf(100 + i, i));
      await Promise.all(entries.map((entry) => test.store.put(action(), entry, callFor())));
      const found = await test.store.get(action(), callFor());
      const winner = entries.find(({ result }) => result.byteLength === found?.result.byteLength);
      expect(found).toMatchObject(winner ?? {});
    });
  });
}

function describeAborts({ create }: ActionStoreTraits): void {
  describe("a call that is over before it begins", () => {
    it("neither gets nor puts", async ({ expect }) => {
      await using test = await create();
      const { call, reason, abort } = abortableCall();
      abort();
      await expect(test.store.put(action(), entryOf(10), call)).rejects.toBe(reason);
      const getting = async (): Promise<unknown> => await test.store.get(action(), call);
      await expect(getting()).rejects.toBe(reason);
      expect(await test.store.get(action(), callFor())).toBeUndefined();
    });
  });
}
