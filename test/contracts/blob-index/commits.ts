import { describe, it } from "vitest";
import type { FullRow } from "../../../shared/stores/indexed/blob-index.ts";
import { withoutContent } from "../../../shared/stores/indexed/row-size.ts";
import { bytesOf } from "../../support/bytes.ts";
import {
  HOUR_MS,
  inlineRow,
  LEASE_ENDS_MS,
  relyingRow,
  rowAt,
  uploadAt,
} from "../../support/rows.ts";
import { anySignal, type BlobIndexTraits, commit, read } from "./under-test.ts";

/** What different writers would put under one key: nothing about them is alike. */
function rivals(count: number): readonly FullRow[] {
  return Array.from({ length: count }, (_, index) =>
    relyingRow(1, [{ key: rowAt(index).key, sizeBytes: index }], {
      upload: uploadAt(index),
      content: bytesOf(100 + index, index),
      leaseEndsMs: LEASE_ENDS_MS + ((index * 7) % count) * HOUR_MS,
    }),
  );
}

/** Rows get their place by one commit, atomically, however many there are. */
export function describeCommits({ create }: BlobIndexTraits): void {
  describe("commits where a row is already", () => {
    it.for([
      { name: "earlier", committed: -HOUR_MS, ends: 0 },
      { name: "later", committed: HOUR_MS, ends: HOUR_MS },
    ])(
      "keeps the first, and extends its lease, if the new one ends $name",
      async ({ committed, ends }, { expect }) => {
        await using test = await create();
        const first = inlineRow(1, bytesOf(100));
        const second = rowAt(1, {
          upload: uploadAt(2),
          sizeBytes: 5,
          leaseEndsMs: LEASE_ENDS_MS + committed,
        });
        await commit(test.index, first);
        const kept = { ...first, leaseEndsMs: LEASE_ENDS_MS + ends };
        expect(await commit(test.index, second, "first")).toEqual(withoutContent(kept));
        expect(await read(test.index, first.key)).toEqual(kept);
      },
    );

    it.for([-HOUR_MS, 0, HOUR_MS])(
      "replaces all of it where the last wins, and its lease, by one that ends %i ms later",
      async (later, { expect }) => {
        await using test = await create();
        const references = [{ key: rowAt(9).key, sizeBytes: 1 }];
        const rows = [
          rowAt(1),
          relyingRow(1, references, { key: rowAt(1).key, upload: uploadAt(2) }),
          inlineRow(1, new Uint8Array(), { upload: uploadAt(3) }),
          rowAt(1, { upload: uploadAt(4), leaseEndsMs: LEASE_ENDS_MS + later }),
        ];
        for (const row of rows) {
          expect(await commit(test.index, row, "last")).toEqual(withoutContent(row));
          expect(await read(test.index, row.key)).toEqual(row);
        }
      },
    );

    it.for(["first", "last"] as const)("takes a repeat, %s wins", async (wins, { expect }) => {
      await using test = await create();
      const row = inlineRow(1, bytesOf(100));
      for (let times = 0; times < 3; times++) {
        expect(await commit(test.index, row, wins)).toEqual(withoutContent(row));
      }
      expect(await read(test.index, row.key)).toEqual(row);
    });

    it("takes a row again after it was removed", async ({ expect }) => {
      await using test = await create();
      const [row, again] = [inlineRow(1, bytesOf(100)), rowAt(1, { upload: uploadAt(2) })];
      await commit(test.index, row);
      await test.index.remove([row], anySignal());
      expect(await commit(test.index, again, "first")).toEqual(withoutContent(again));
      expect(await read(test.index, row.key)).toEqual(again);
    });
  });

  describe("commits at the same time", () => {
    it("have one winner, where the first wins, and the longest lease", async ({ expect }) => {
      await using test = await create();
      const rows = rivals(20).map((row) => ({ ...row, standsAlone: true }));
      const kept = await Promise.all(rows.map((row) => commit(test.index, row, "first")));
      const winner = rows.find(({ upload }) => upload === kept[0]?.upload);
      if (winner === undefined) throw new Error("nobody won");
      for (const [index, { leaseEndsMs, ...row }] of kept.entries()) {
        const { leaseEndsMs: _, ...wanted } = withoutContent(winner);
        expect(row).toEqual(wanted);
        expect(leaseEndsMs).toBeGreaterThanOrEqual(rows[index]?.leaseEndsMs ?? Infinity);
      }
      const leaseEndsMs = Math.max(...rows.map((row) => row.leaseEndsMs));
      expect(await read(test.index, winner.key)).toEqual({ ...winner, leaseEndsMs });
    });

    it("have one winner, where the first wins, and no other lease than its own if it relies on others", async ({
      expect,
    }) => {
      await using test = await create();
      const rows = rivals(20);
      const kept = await Promise.all(rows.map((row) => commit(test.index, row, "first")));
      const winner = rows.find(({ upload }) => upload === kept[0]?.upload);
      expect(new Set(kept.map(({ leaseEndsMs }) => leaseEndsMs)).size).toBe(1);
      expect(winner && (await read(test.index, winner.key))).toEqual(winner);
    });

    it("leave one whole row, where the last wins", async ({ expect }) => {
      await using test = await create();
      const rows = rivals(20);
      const given = await Promise.all(rows.map((row) => commit(test.index, row, "last")));
      const all = rows.map(withoutContent);
      for (const row of given) expect(all).toContainEqual(row);
      expect(rows).toContainEqual(await read(test.index, rows[0]?.key ?? rowAt(0).key));
    });
  });
}
