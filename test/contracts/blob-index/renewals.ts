import { describe, it } from "vitest";
import { bytesOf } from "../../support/bytes.ts";
import { HOUR_MS, inlineRow, LEASE_ENDS_MS, rowAt, uploadAt } from "../../support/rows.ts";
import {
  anySignal,
  type BlobIndexTraits,
  commit,
  commitAll,
  leaseEnds,
  read,
} from "./under-test.ts";

const dueMs = LEASE_ENDS_MS + HOUR_MS;
const untilMs = LEASE_ENDS_MS + 24 * HOUR_MS;
const renewal = { dueMs, untilMs };

/** Look-ups that extend leases as they go, of rows that stand alone. */
export function describeRenewals({ create }: BlobIndexTraits): void {
  describe("leases in look-ups", () => {
    it.for([true, false])("renews what is due, contents: %s", async (contents, { expect }) => {
      await using test = await create();
      const row = inlineRow(1, bytesOf(100));
      await commit(test.index, row);
      const how = { contents, consistent: true, renewal };
      const found = await test.index.lookUp([row.key], how, anySignal());
      expect(found.rows.get(row.key)?.leaseEndsMs).toBe(untilMs);
      expect(await read(test.index, row.key)).toEqual({ ...row, leaseEndsMs: untilMs });
    });

    it("renews what is due even where the answer may lag", async ({ expect }) => {
      await using test = await create();
      const row = rowAt(1);
      await commit(test.index, row);
      const how = { contents: false, consistent: false, renewal };
      const { rows } = await test.index.lookUp([row.key], how, anySignal());
      const [leaseEndsMs] = await leaseEnds(test.index, [row]);
      // Nothing was found where the answer did lag.
      expect(leaseEndsMs).toBe(rows.get(row.key)?.leaseEndsMs ?? row.leaseEndsMs);
      expect(rows.get(row.key)?.leaseEndsMs ?? untilMs).toBe(untilMs);
    });

    it("leaves what is not due, from the moment on that is named", async ({ expect }) => {
      await using test = await create();
      const ends = [dueMs - 1, dueMs, dueMs + 1, untilMs, untilMs + HOUR_MS];
      const wanted = [untilMs, dueMs, dueMs + 1, untilMs, untilMs + HOUR_MS];
      const rows = ends.map((leaseEndsMs, index) => rowAt(index, { leaseEndsMs }));
      await commitAll(test.index, rows);
      const keys = rows.map(({ key }) => key);
      const how = { contents: false, consistent: true, renewal };
      const found = await test.index.lookUp(keys, how, anySignal());
      expect(keys.map((key) => found.rows.get(key)?.leaseEndsMs)).toEqual(wanted);
      expect(await leaseEnds(test.index, rows)).toEqual(wanted);
    });

    it("renews nothing unless asked, and nothing that was not looked up", async ({ expect }) => {
      await using test = await create();
      const rows = [rowAt(1), rowAt(2)];
      await commitAll(test.index, rows);
      const how = { contents: false, consistent: true };
      await test.index.lookUp([rowAt(1).key], how, anySignal());
      expect(await leaseEnds(test.index, rows)).toEqual([LEASE_ENDS_MS, LEASE_ENDS_MS]);
      await test.index.lookUp([rowAt(1).key], { ...how, renewal }, anySignal());
      expect(await leaseEnds(test.index, rows)).toEqual([untilMs, LEASE_ENDS_MS]);
    });

    it("does not bring back what was removed", async ({ expect }) => {
      await using test = await create();
      const row = rowAt(1);
      await commit(test.index, row);
      await test.index.remove([row], anySignal());
      for (const consistent of [false, true]) {
        const how = { contents: true, consistent, renewal };
        const found = await test.index.lookUp([row.key], how, anySignal());
        expect(found.rows.size).toBe(0);
      }
      expect(await read(test.index, row.key)).toBeUndefined();
      expect(await test.index.expired(untilMs + 1, 10, anySignal())).toEqual([]);
    });

    it("gives no lease that a row does not keep, whoever else renews it", async ({ expect }) => {
      await using test = await create();
      const row = rowAt(1);
      await commit(test.index, row);
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const until = untilMs + ((index * 7) % 20) * HOUR_MS;
          const how = { contents: false, consistent: true, renewal: { dueMs, untilMs: until } };
          const { rows } = await test.index.lookUp([row.key], how, anySignal());
          return rows.get(row.key)?.leaseEndsMs ?? 0;
        }),
      );
      const [leaseEndsMs] = await leaseEnds(test.index, [row]);
      expect(Math.min(...answers)).toBeGreaterThanOrEqual(untilMs);
      expect(leaseEndsMs).toBeGreaterThanOrEqual(Math.max(...answers));
    });

    it("either gives a row and keeps it, or lets it be removed", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 60 }, (_, index) => rowAt(index));
      await commitAll(test.index, rows);
      const keys = rows.map(({ key }) => key);
      const how = { contents: false, consistent: false, renewal };
      const answers = await Promise.all(
        [0, 1, 2].map(async (third) => {
          const part = rows.filter((_, index) => index % 3 === third);
          const [found, removed] = await Promise.all([
            test.index.lookUp(keys, how, anySignal()),
            test.index.remove(part, anySignal()),
          ]);
          return { found: found.rows, removed };
        }),
      );
      const given = new Set(answers.flatMap(({ found }) => [...found.keys()]));
      const removed = new Set(answers.flatMap(({ removed: keysGone }) => [...keysGone]));
      expect([...given].filter((key) => removed.has(key))).toEqual([]);
      const wanted = rows.map(({ key }) => (removed.has(key) ? undefined : untilMs));
      expect(await leaseEnds(test.index, rows)).toEqual(wanted);
    });
  });

  describe("renew", () => {
    it("extends leases to at least what is asked, and never shortens one", async ({ expect }) => {
      await using test = await create();
      const ends = [untilMs - 2 * HOUR_MS, untilMs - 1, untilMs, untilMs + 1, untilMs + HOUR_MS];
      const rows = ends.map((leaseEndsMs, index) => rowAt(index, { leaseEndsMs }));
      await commitAll(test.index, rows);
      const renewed = await test.index.renew(rows, untilMs, anySignal());
      expect(renewed).toEqual(new Set(rows.map(({ key }) => key)));
      expect(await leaseEnds(test.index, rows)).toEqual(ends.map((end) => Math.max(end, untilMs)));
    });

    it("changes nothing but the lease, whatever the row", async ({ expect }) => {
      await using test = await create();
      const references = [{ key: rowAt(7).key, sizeBytes: 3 }];
      const rows = [
        inlineRow(1, bytesOf(100)),
        inlineRow(2, bytesOf(100), { references, standsAlone: false }),
      ];
      await commitAll(test.index, rows);
      await test.index.renew(rows, untilMs, anySignal());
      for (const row of rows) {
        expect(await read(test.index, row.key)).toEqual({ ...row, leaseEndsMs: untilMs });
      }
    });

    it("goes by the upload, not by the lease that it was told", async ({ expect }) => {
      await using test = await create();
      const row = rowAt(1);
      await commit(test.index, row);
      const known = { ...row, leaseEndsMs: 5 };
      expect(await test.index.renew([known], untilMs, anySignal())).toEqual(new Set([row.key]));
      expect(await leaseEnds(test.index, [row])).toEqual([untilMs]);
    });

    it("does nothing for a row that was replaced or removed, or never was", async ({ expect }) => {
      await using test = await create();
      const [replaced, removed, kept] = [rowAt(1), rowAt(2), rowAt(3)];
      await commitAll(test.index, [replaced, removed, kept]);
      await commit(test.index, { ...replaced, upload: uploadAt(100) }, "last");
      await test.index.remove([removed], anySignal());
      const rows = [replaced, removed, kept, rowAt(4)];
      expect(await test.index.renew(rows, untilMs, anySignal())).toEqual(new Set([kept.key]));
      const wanted = [replaced.leaseEndsMs, undefined, untilMs, undefined];
      expect(await leaseEnds(test.index, rows)).toEqual(wanted);
    });

    it("takes no rows, one row twice, and many", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 300 }, (_, index) => rowAt(index));
      await commitAll(test.index, rows);
      expect((await test.index.renew([], untilMs, anySignal())).size).toBe(0);
      const twice = [...rows.slice(0, 1), ...rows];
      expect((await test.index.renew(twice, untilMs, anySignal())).size).toBe(rows.length);
      expect(new Set(await leaseEnds(test.index, rows))).toEqual(new Set([untilMs]));
    });
  });
}
