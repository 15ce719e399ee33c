import fc from "fast-check";
import { describe, it } from "vitest";
import { mapConcurrently } from "../../shared/concurrent.ts";
import { runs } from "../support/runs.ts";

/** Items by how many turns of the event queue each one's work takes. */
const items = fc.array(fc.nat(8), { maxLength: 30 });
const widths = fc.integer({ min: 1, max: 10 });

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

describe("mapConcurrently", () => {
  it("keeps the order, and the width, and uses all of the width", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(items, widths, async (list, width) => {
        let [underWay, most] = [0, 0];
        const mapped = await mapConcurrently(list, width, async (item, index) => {
          underWay += 1;
          most = Math.max(most, underWay);
          await turns(item);
          underWay -= 1;
          return `${index}:${item}`;
        });
        expect(mapped).toEqual(list.map((item, index) => `${index}:${item}`));
        expect(most).toBe(Math.min(width, list.length));
      }),
      runs,
    );
  });

  it("throws the first failure, and begins nothing after it", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(items, widths, fc.nat(30), async (list, width, failing) => {
        const failure = new Error("broken");
        let begun = 0;
        const mapping = mapConcurrently(list, width, async (item, index) => {
          begun += 1;
          await turns(item);
          if (index === failing) throw failure;
        });
        if (failing < list.length) await expect(mapping).rejects.toBe(failure);
        else await mapping;
        const begunByThen = begun;
        await turns(1000);
        expect(begun).toBe(begunByThen);
      }),
      runs,
    );
  });
});
