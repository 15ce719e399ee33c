import fc from "fast-check";
import { test } from "vitest";
import { ChurningSet } from "../../shared/churning-set.ts";

test("a set for what comes and goes holds what a Set holds", ({ expect }) => {
  // What comes in at each turn, and which of those before goes out.
  const turns = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 200 });
  fc.assert(
    fc.property(turns, (all) => {
      const set = new ChurningSet<object>();
      const model = new Set<object>();
      const exits: { readonly value: object; readonly leave: () => void }[] = [];
      for (const [isIn, choice] of all) {
        const exit = exits[choice % exits.length];
        if (isIn || exit === undefined) {
          const value = {};
          exits.push({ value, leave: set.add(value) });
          model.add(value);
        } else {
          // Now and then for the second time.
          exit.leave();
          model.delete(exit.value);
        }
        expect(set.size).toBe(model.size);
        expect(new Set(set)).toEqual(model);
      }
    }),
  );
});
