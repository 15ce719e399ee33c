import { describe, it } from "vitest";
import { mapConcurrently } from "../../shared/concurrent.ts";
import { parseGlob } from "../../shared/digest/instance-glob.ts";
import { limits } from "../../shared/limits.ts";
import type { PurgeRule } from "../../shared/stores/purge-rule.ts";
import { encodeRule } from "../../shared/stores/purge-rule-message.ts";
import type { PurgeStore } from "../../shared/stores/purge-store.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { purgeRule } from "../support/purge-rule.ts";

/** What the suite must know of an adapter. */
export interface PurgeStoreTraits {
  /** A place for one test, empty. */
  readonly create: () => Promise<
    {
      readonly store: PurgeStore;
      /** The same place, for somebody else; left out where nobody can be. */
      readonly other?: PurgeStore;
    } & AsyncDisposable
  >;
}

function ruleOf(index: number, others: Partial<PurgeRule> = {}): PurgeRule {
  return { ...purgeRule, id: index.toString(16).padStart(8, "0"), ...others };
}

const { signal } = callFor();

/** Everything that the port promises, asked of one adapter. */
export function describePurgeStore(name: string, { create }: PurgeStoreTraits): void {
  const idsIn = async (store: PurgeStore): Promise<readonly string[]> =>
    (await store.list(signal)).map(({ id }) => id).toSorted();

  describe(`${name}, a store of purges`, () => {
    it("has none at first", async ({ expect }) => {
      await using test = await create();
      expect(await test.store.list(signal)).toEqual([]);
    });

    it.for<Partial<PurgeRule>>([
      {},
      { instances: parseGlob("") },
      { instances: parseGlob("main") },
      { instances: parseGlob("main/é/**") },
      { subject: 'a "writer" of\nmany words, é', madeBy: "" },
      { actionHash: "ab".repeat(64) },
      { beforeMs: 0, instances: parseGlob("a/b"), subject: "x", actionHash: "ab".repeat(16) },
    ])("gives back a rule with %o as it came", async (others, { expect }) => {
      await using test = await create();
      await test.store.add(ruleOf(1, others), signal);
      expect(await test.store.list(signal)).toEqual([ruleOf(1, others)]);
    });

    it("has a rule once, however often it is added", async ({ expect }) => {
      await using test = await create();
      await test.store.add(ruleOf(1), signal);
      await test.store.add(ruleOf(1), signal);
      expect(await idsIn(test.store)).toEqual([ruleOf(1).id]);
    });

    it("removes one, and again", async ({ expect }) => {
      await using test = await create();
      for (const index of [1, 2, 3]) await test.store.add(ruleOf(index), signal);
      await test.store.remove(ruleOf(2).id, signal);
      await test.store.remove(ruleOf(2).id, signal);
      expect(await idsIn(test.store)).toEqual([ruleOf(1).id, ruleOf(3).id]);
    });

    it("removes none where there are none", async ({ expect }) => {
      await using test = await create();
      await test.store.remove(ruleOf(1).id, signal);
      expect(await test.store.list(signal)).toEqual([]);
    });

    it("holds as many bytes of them as there may be", { timeout: 60_000 }, async ({ expect }) => {
      await using test = await create();
      const subject = "x".repeat(limits.subjectLength);
      const ruleBytes = encodeRule(ruleOf(1, { subject })).length;
      const count = Math.floor(limits.purgeListBytes / ruleBytes);
      const indexes = Array.from({ length: count }, (_, index) => index);
      await mapConcurrently(indexes, 16, async (index) => {
        await test.store.add(ruleOf(index, { subject }), signal);
      });
      expect(await idsIn(test.store)).toEqual(indexes.map((index) => ruleOf(index).id));
    });

    it("loses none that several add and remove at once, if others may", async ({ expect }) => {
      await using test = await create();
      const { store, other = store } = test;
      expect(store.isShared).toBe(other !== store);
      for (let index = 0; index < 10; index++) await store.add(ruleOf(index), signal);
      const changes = Array.from({ length: 10 }, async (_, index) => {
        await Promise.all([
          store.add(ruleOf(100 + index), signal),
          other.add(ruleOf(200 + index), signal),
          other.remove(ruleOf(index).id, signal),
        ]);
      });
      await Promise.all(changes);
      const left = [100, 200].flatMap((first) =>
        Array.from({ length: 10 }, (_, index) => ruleOf(first + index).id),
      );
      expect(await idsIn(store)).toEqual(left);
      expect(await idsIn(other)).toEqual(left);
    });

    it("does nothing for a call that is over before it begins", async ({ expect }) => {
      await using test = await create();
      await test.store.add(ruleOf(1), signal);
      const { call, reason, abort } = abortableCall();
      abort();
      await expect(test.store.add(ruleOf(2), call.signal)).rejects.toBe(reason);
      await expect(test.store.remove(ruleOf(1).id, call.signal)).rejects.toBe(reason);
      await expect(test.store.list(call.signal)).rejects.toBe(reason);
      expect(await idsIn(test.store)).toEqual([ruleOf(1).id]);
    });
  });
}
