import fc from "fast-check";
import { expect, test } from "vitest";
import { StreamTable } from "../../functions/http2/stream-table.node.ts";

/** Ids that often want the same slot: clients have the odd numbers, and the first table has 16 slots. */
const ids = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => 2 * n + 1),
  fc.integer({ min: 0, max: 40 }).map((n) => 32 * n + 1),
  fc.integer({ min: 0, max: 2 ** 30 - 1 }).map((n) => 2 * n + 1),
);

test("the table of streams holds what a Map holds", () => {
  const turns = fc.array(fc.tuple(fc.boolean(), ids), { maxLength: 300 });
  fc.assert(
    fc.property(turns, (all) => {
      const table = new StreamTable();
      const model = new Map<number, { readonly id: number }>();
      for (const [isIn, id] of all) {
        if (!isIn) {
          table.delete(id);
          model.delete(id);
        } else if (!model.has(id)) {
          const stream = { id };
          table.add(stream);
          model.set(id, stream);
        }
        expect(table.get(id)).toBe(model.get(id));
      }
      expect(table.size).toBe(model.size);
      expect(new Set(table.all())).toEqual(new Set(model.values()));
      for (const [id, stream] of model) expect(table.get(id)).toBe(stream);
    }),
  );
});

test("one stream that stays makes the table no larger, however many come and go", () => {
  const table = new StreamTable();
  table.add({ id: 1 });
  for (let id = 3; id < 200_000; id += 2) {
    table.add({ id });
    if (id > 20) table.delete(id - 18);
  }
  expect(table.get(1)).toEqual({ id: 1 });
  expect(table.size).toBeLessThan(12);
});
