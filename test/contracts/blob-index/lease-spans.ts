import { describe, it } from "vitest";
import type { BlobIndex, LeaseSpan, Row } from "../../../shared/stores/indexed/blob-index.ts";
import { bytesOf } from "../../support/bytes.ts";
import {
  HOUR_MS,
  inlineRow,
  LEASE_ENDS_MS,
  relyingRow,
  rowAt,
  uploadAt,
} from "../../support/rows.ts";
import { anySignal, type BlobIndexTraits, commit, commitAll } from "./under-test.ts";

/** The accounts that a quota is kept by. */
export function describeLeaseSpans({ create }: BlobIndexTraits): void {
  describe("leases", () => {
    const rows = [
      rowAt(0, { leaseEndsMs: 1, sizeBytes: 5 }),
      rowAt(1, { leaseEndsMs: LEASE_ENDS_MS - 1, sizeBytes: 2 ** 45 }),
      rowAt(2, { leaseEndsMs: LEASE_ENDS_MS, sizeBytes: 3 }),
      inlineRow(3, bytesOf(100), { leaseEndsMs: LEASE_ENDS_MS + HOUR_MS - 1 }),
      relyingRow(4, [{ key: rowAt(9).key, sizeBytes: 10 ** 6 }]),
      rowAt(5, { leaseEndsMs: LEASE_ENDS_MS + HOUR_MS, sizeBytes: 0 }),
      rowAt(6, { leaseEndsMs: LEASE_ENDS_MS + 1000 * HOUR_MS, sizeBytes: 2 ** 45 }),
    ];

    it.for([1000, HOUR_MS, 24 * HOUR_MS, 2 ** 46])(
      "accounts for rows and bytes by spans of %i ms",
      async (spanMs, { expect }) => {
        await using test = await create();
        expect(await test.index.leases(spanMs, anySignal())).toEqual([]);
        await commitAll(test.index, rows);
        const spans = await test.index.leases(spanMs, anySignal());
        for (const span of spans) expect(span).toEqual(spanOf(rows, span.endsMs, spanMs));
        const ends = spans.map(({ endsMs }) => endsMs);
        for (const [index, endsMs] of ends.slice(1).entries()) {
          expect(endsMs - (ends[index] ?? endsMs)).toBeGreaterThanOrEqual(spanMs);
        }
        expect(spans.reduce((sum, span) => sum + span.rows, 0)).toBe(rows.length);
      },
    );

    it("follows what becomes of the rows", async ({ expect }) => {
      await using test = await create();
      await commitAll(test.index, rows);
      const untilMs = LEASE_ENDS_MS + 50 * HOUR_MS;
      await test.index.remove(rows.slice(0, 2), anySignal());
      await test.index.renew(rows.slice(2, 4), untilMs, anySignal());
      await commit(test.index, rowAt(6, { upload: uploadAt(9), sizeBytes: 1 }), "last");
      expect(await total(test.index)).toEqual({ rows: 5, bytes: 3 + 100 + 3 + 0 + 1 });
    });
  });
}

function spanOf(rows: readonly Row[], endsMs: number, spanMs: number): LeaseSpan {
  const inside = rows.filter(
    (row) => row.leaseEndsMs >= endsMs - spanMs && row.leaseEndsMs < endsMs,
  );
  const bytes = inside.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { endsMs, rows: inside.length, bytes };
}

async function total(index: BlobIndex): Promise<Pick<LeaseSpan, "rows" | "bytes">> {
  const spans = await index.leases(HOUR_MS, anySignal());
  return {
    rows: spans.reduce((sum, { rows }) => sum + rows, 0),
    bytes: spans.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
