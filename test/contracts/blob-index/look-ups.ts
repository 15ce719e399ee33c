import { describe, it } from "vitest";
import { bytesOf, MIB, sameBytes } from "../../support/bytes.ts";
import { blobKeyAt, inlineRow, LEASE_ENDS_MS, rowAt } from "../../support/rows.ts";
import { anySignal, type BlobIndexTraits, commit, commitAll, read, readAll } from "./under-test.ts";

const consistentKeys = { contents: false, consistent: true } as const;

/** More than one BatchReadBlobs call may bring. */
const MUCH_CONTENT_BYTES = 5 * MIB;

/** Many keys, one answer. */
export function describeLookUps({ create }: BlobIndexTraits): void {
  describe("look-ups", () => {
    it("finds nothing among no keys", async ({ expect }) => {
      await using test = await create();
      await commit(test.index, rowAt(1));
      const found = await test.index.lookUp([], consistentKeys, anySignal());
      expect(found.rows.size).toBe(0);
    });

    it("leaves out what is absent", async ({ expect }) => {
      await using test = await create();
      await commit(test.index, rowAt(2));
      const keys = [blobKeyAt(1), blobKeyAt(2), blobKeyAt(3)];
      const found = await test.index.lookUp(keys, consistentKeys, anySignal());
      expect([...found.rows.keys()]).toEqual([blobKeyAt(2)]);
    });

    it("takes keys that come more than once", async ({ expect }) => {
      await using test = await create();
      await commitAll(test.index, [rowAt(1), rowAt(2)]);
      const once = [blobKeyAt(1), blobKeyAt(2), blobKeyAt(3)];
      const keys = Array.from({ length: 100 }, () => once).flat();
      const renewal = { dueMs: LEASE_ENDS_MS + 1, untilMs: LEASE_ENDS_MS + 2 };
      const how = { contents: true, consistent: true, renewal };
      const found = await test.index.lookUp(keys, how, anySignal());
      expect(new Set(found.rows.keys())).toEqual(new Set(once.slice(0, 2)));
      for (const row of found.rows.values()) expect(row.leaseEndsMs).toBe(renewal.untilMs);
    });

    it.for([false, true])(
      "answers for 5 000 keys at once, consistent: %s",
      async (consistent, { expect }) => {
        await using test = await create();
        const present = Array.from({ length: 250 }, (_, index) => rowAt(index * 20));
        await commitAll(test.index, present);
        const keys = Array.from({ length: 5000 }, (_, index) => blobKeyAt(index));
        const found = await test.index.lookUp(keys, { contents: false, consistent }, anySignal());
        const all = new Map(present.map((row) => [row.key, row]));
        if (consistent) expect(found.consistent).toBe(true);
        if (found.consistent) expect(found.rows.size).toBe(all.size);
        for (const [key, row] of found.rows) expect(row).toEqual(all.get(key));
      },
    );

    it("renews 300 leases at once", async ({ expect }) => {
      await using test = await create();
      const rows = Array.from({ length: 300 }, (_, index) => rowAt(index));
      await commitAll(test.index, rows);
      const keys = rows.map(({ key }) => key);
      const renewal = { dueMs: LEASE_ENDS_MS + 1, untilMs: LEASE_ENDS_MS + 2 };
      const how = { contents: false, consistent: true, renewal };
      const answered = await test.index.lookUp(keys, how, anySignal());
      const found = await readAll(test.index, keys);
      for (const { rows: given } of [answered, { rows: found }]) {
        expect(given.size).toBe(rows.length);
        const ends = new Set([...given.values()].map(({ leaseEndsMs }) => leaseEndsMs));
        expect(ends).toEqual(new Set([renewal.untilMs]));
      }
    });

    it("brings much content at once", async ({ expect }) => {
      await using test = await create();
      const size = Math.min(test.index.maxRowBytes, MIB / 4);
      const count = Math.ceil(MUCH_CONTENT_BYTES / size);
      const rows = Array.from({ length: count }, (_, i) => inlineRow(i, bytesOf(size, i)));
      await commitAll(test.index, rows);
      const found = await readAll(
        test.index,
        rows.map(({ key }) => key),
      );
      const right = rows.filter(({ key, content }) => {
        const given = found.get(key)?.content;
        return given !== undefined && content !== undefined && sameBytes(given, content);
      });
      expect(right).toHaveLength(count);
    });

    it("says whether it may lag, and does not where it must not", async ({ expect }) => {
      await using test = await create();
      for (let index = 0; index < 20; index++) {
        const row = rowAt(index);
        await commit(test.index, row);
        const quick = { contents: false, consistent: false };
        const found = await test.index.lookUp([row.key], quick, anySignal());
        if (found.consistent || found.rows.size > 0) {
          expect(found.rows.get(row.key)).toEqual(row);
        }
        expect(await read(test.index, row.key)).toEqual(row);
      }
    });

    it("gives what it read, whatever comes after", async ({ expect }) => {
      await using test = await create();
      const row = inlineRow(1, bytesOf(100));
      await commit(test.index, row);
      const found = await read(test.index, row.key);
      await test.index.renew([row], LEASE_ENDS_MS + 5, anySignal());
      await commit(test.index, inlineRow(1, bytesOf(50, 2)), "last");
      expect(found).toEqual(row);
    });
  });
}
