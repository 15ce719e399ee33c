import { describe, it } from "vitest";
import type { Row } from "../../../shared/stores/indexed/blob-index.ts";
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
import {
  anySignal,
  type BlobIndexTraits,
  commit,
  commitAll,
  leaseEnds,
  read,
} from "./under-test.ts";

function keysOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.map(({ key }) => key));
}

/** What sweeps rely on: what has ended is found, and nothing is removed that has changed. */
export function describeSweeps(traits: BlobIndexTraits): void {
  describeExpired(traits);
  describeRemovals(traits);
}

function describeExpired({ create, ordersExpired }: BlobIndexTraits): void {
  describe("expired", () => {
    it("gives rows whose leases ended before, and none that ended just then", async ({
      expect,
    }) => {
      await using test = await create();
      const ends = [1, LEASE_ENDS_MS - 1, LEASE_ENDS_MS, LEASE_ENDS_MS + 1, 2 ** 45];
      const rows = ends.map((leaseEndsMs, index) => rowAt(index, { leaseEndsMs }));
      await commitAll(test.index, rows);
      const expired = await test.index.expired(LEASE_ENDS_MS, 100, anySignal());
      expect(keysOf(expired)).toEqual(keysOf(rows.slice(0, 2)));
      expect(await test.index.expired(1, 100, anySignal())).toEqual([]);
      expect(await test.index.expired(2 ** 46, 100, anySignal())).toHaveLength(rows.length);
    });

    it("gives rows as they are, without what makes them large", async ({ expect }) => {
      await using test = await create();
      const references = [{ key: rowAt(9).key, sizeBytes: 1 }];
      const rows = [rowAt(1), inlineRow(2, bytesOf(100)), relyingRow(3, references)];
      await commitAll(test.index, rows);
      const expired = await test.index.expired(LEASE_ENDS_MS + 1, 100, anySignal());
      expect(expired).toHaveLength(rows.length);
      expect(expired).toEqual(expect.arrayContaining(rows.map(withoutContent)));
    });

    it("follows renewals and replacements", async ({ expect }) => {
      await using test = await create();
      const rows = [rowAt(1), rowAt(2), rowAt(3), rowAt(4)];
      await commitAll(test.index, rows);
      const later = LEASE_ENDS_MS + HOUR_MS;
      await test.index.renew(rows.slice(0, 1), later, anySignal());
      const renewal = { dueMs: later, untilMs: later };
      const how = { contents: false, consistent: true, renewal };
      await test.index.lookUp([rowAt(2).key], how, anySignal());
      const again = rowAt(3, { upload: uploadAt(9), leaseEndsMs: later });
      await commit(test.index, again, "last");
      expect(await test.index.expired(later, 100, anySignal())).toEqual([withoutContent(rowAt(4))]);
    });

    it("gives no more than its limit, and at last everything", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 40 }, (_, i) => rowAt(i, { leaseEndsMs: (i * 17) % 40 }));
      await commitAll(test.index, [...rows, rowAt(100)]);
      const swept: Row[] = [];
      for (let round = 0; round < rows.length; round++) {
        const expired = await test.index.expired(LEASE_ENDS_MS, 7, anySignal());
        expect(expired.length).toBeLessThanOrEqual(7);
        expect((await test.index.remove(expired, anySignal())).size).toBe(expired.length);
        swept.push(...expired);
        if (expired.length === 0) break;
      }
      expect(swept).toHaveLength(rows.length);
      expect(keysOf(swept)).toEqual(keysOf(rows));
      const order = swept.map(({ leaseEndsMs }) => leaseEndsMs);
      if (ordersExpired) expect(order).toEqual([...rows.keys()]);
    });
  });
}

function describeRemovals({ create }: BlobIndexTraits): void {
  describe("remove", () => {
    it("removes rows that are as given", async ({ expect }) => {
      await using test = await create();
      const rows = [rowAt(1), inlineRow(2, bytesOf(100)), relyingRow(3, []), rowAt(4)];
      await commitAll(test.index, rows);
      const given = rows.slice(0, 3).map(withoutContent);
      expect(await test.index.remove(given, anySignal())).toEqual(keysOf(given));
      for (const { key } of given) expect(await read(test.index, key)).toBeUndefined();
      expect(await read(test.index, rowAt(4).key)).toEqual(rowAt(4));
    });

    it("leaves rows with another upload or another lease, and says so", async ({ expect }) => {
      await using test = await create();
      const rows = [rowAt(1), rowAt(2), rowAt(3), rowAt(4)];
      await commitAll(test.index, rows);
      const other = { ...rowAt(1), upload: uploadAt(9) };
      const longer = { ...rowAt(2), leaseEndsMs: LEASE_ENDS_MS + 1 };
      const shorter = { ...rowAt(3), leaseEndsMs: LEASE_ENDS_MS - 1 };
      const given = [other, longer, shorter, rowAt(4), rowAt(5)];
      expect(await test.index.remove(given, anySignal())).toEqual(keysOf([rowAt(4)]));
      for (const row of rows.slice(0, 3)) expect(await read(test.index, row.key)).toEqual(row);
    });

    it("leaves rows that were renewed or replaced since they were seen", async ({ expect }) => {
      await using test = await create();
      const rows = [rowAt(1), rowAt(2), rowAt(3)];
      await commitAll(test.index, rows);
      const seen = await test.index.expired(LEASE_ENDS_MS + 1, 100, anySignal());
      await test.index.renew([rowAt(1)], LEASE_ENDS_MS + 1, anySignal());
      await commit(test.index, rowAt(2, { upload: uploadAt(9) }), "last");
      await commit(test.index, rowAt(3, { leaseEndsMs: LEASE_ENDS_MS + 1 }), "first");
      expect((await test.index.remove(seen, anySignal())).size).toBe(0);
      expect(await leaseEnds(test.index, rows)).not.toContain(undefined);
    });

    it("lets one of many sweepers have each row", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 30 }, (_, index) => rowAt(index));
      await commitAll(test.index, rows);
      const sweepers = Array.from({ length: 4 }, () => test.index.remove(rows, anySignal()));
      const removed = (await Promise.all(sweepers)).flatMap((keys) => [...keys]);
      expect(removed).toHaveLength(rows.length);
      expect(new Set(removed)).toEqual(keysOf(rows));
    });

    it("either removes a row or lets it be renewed", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 60 }, (_, index) => rowAt(index));
      await commitAll(test.index, rows);
      const half = rows.slice(30);
      const untilMs = LEASE_ENDS_MS + HOUR_MS;
      const [first, removed, second] = await Promise.all([
        test.index.renew(rows.slice(0, 30), untilMs, anySignal()),
        test.index.remove(rows, anySignal()),
        test.index.renew(half, untilMs, anySignal()),
      ]);
      const wanted = rows.map(({ key }) => (removed.has(key) ? undefined : untilMs));
      expect(await leaseEnds(test.index, rows)).toEqual(wanted);
      expect(first.size + second.size + removed.size).toBe(rows.length);
    });

    it("takes no rows, and many", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 300 }, (_, index) => rowAt(index));
      await commitAll(test.index, rows);
      expect((await test.index.remove([], anySignal())).size).toBe(0);
      expect((await test.index.remove(rows, anySignal())).size).toBe(rows.length);
      expect(await test.index.leases(HOUR_MS, anySignal())).toEqual([]);
    });
  });
}
