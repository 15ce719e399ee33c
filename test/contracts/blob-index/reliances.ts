import { describe, it } from "vitest";
import {
  type BlobIndex,
  type FullRow,
  referencesRenewal,
} from "../../../shared/stores/indexed/blob-index.ts";
import type { Reference } from "../../../shared/stores/indexed/row-key.ts";
import { HOUR_MS, LEASE_ENDS_MS, relyingRow, rowAt } from "../../support/rows.ts";
import { anySignal, type BlobIndexTraits, commitAll, leaseEnds } from "./under-test.ts";

const dueMs = LEASE_ENDS_MS + HOUR_MS;
const untilMs = dueMs + 24 * HOUR_MS;
const renewal = { dueMs, untilMs };
const theirDueMs = referencesRenewal(renewal).dueMs;

function referencesTo(rows: readonly FullRow[]): readonly Reference[] {
  return rows.map(({ key, sizeBytes }) => ({ key, sizeBytes }));
}

/** The blobs that an action result refers to, with leases that end at these times. */
function othersEnding(...ends: readonly number[]): readonly FullRow[] {
  return ends.map((leaseEndsMs, index) => rowAt(100 + index, { leaseEndsMs }));
}

/** The lease that a look-up with renewal gives to the last of `rows`, after all of them are in place. */
async function lookUpLast(index: BlobIndex, rows: readonly FullRow[]): Promise<number | undefined> {
  await commitAll(index, rows);
  const key = rows.at(-1)?.key;
  if (key === undefined) throw new Error("no rows");
  const how = { contents: true, consistent: true, renewal };
  const { rows: found } = await index.lookUp([key], how, anySignal());
  return found.get(key)?.leaseEndsMs;
}

/** References that do not all lead to what they say, beside the blobs that are there. */
const incomplete: readonly {
  readonly name: string;
  readonly references: (others: readonly FullRow[]) => readonly Reference[];
}[] = [
  { name: "lists nothing", references: () => [] },
  {
    name: "refers to what is absent",
    references: (others) => [...referencesTo(others), { key: rowAt(999).key, sizeBytes: 1000 }],
  },
  {
    name: "refers to nothing but what is absent",
    references: () => [{ key: rowAt(999).key, sizeBytes: 1000 }],
  },
  {
    name: "refers to a blob of another size",
    references: (others) =>
      referencesTo(others).map(({ key, sizeBytes }, index) => {
        return { key, sizeBytes: index === 1 ? sizeBytes + 1 : sizeBytes };
      }),
  },
  {
    name: "refers to one hash with two sizes",
    references: (others) => {
      const both = referencesTo(others);
      return [...both, ...both.map(({ key }) => ({ key, sizeBytes: 1 }))];
    },
  },
];

/** Rows whose leases cover more than themselves: theirs never outlast what they rely on. */
export function describeReliances({ create, joins }: BlobIndexTraits): void {
  describe("leases of rows that rely on others", () => {
    it.for(incomplete)(
      "stay as they are where the row $name",
      async ({ references }, { expect }) => {
        await using test = await create();
        const others = othersEnding(untilMs, untilMs, untilMs);
        const row = relyingRow(1, references(others));
        expect(await lookUpLast(test.index, [...others, row])).toBe(row.leaseEndsMs);
        expect(await leaseEnds(test.index, [row])).toEqual([row.leaseEndsMs]);
      },
    );

    it("stay as they are until they are due", async ({ expect }) => {
      await using test = await create();
      const others = othersEnding(untilMs, dueMs, untilMs);
      const row = relyingRow(1, referencesTo(others), { leaseEndsMs: dueMs });
      expect(await lookUpLast(test.index, [...others, row])).toBe(dueMs);
      expect(await leaseEnds(test.index, [...others, row])).toEqual([
        untilMs,
        dueMs,
        untilMs,
        dueMs,
      ]);
    });

    it("stay as they are where nothing is to be renewed", async ({ expect }) => {
      await using test = await create();
      const others = othersEnding(untilMs);
      const row = relyingRow(1, referencesTo(others));
      await commitAll(test.index, [...others, row]);
      await test.index.lookUp([row.key], { contents: true, consistent: true }, anySignal());
      expect(await leaseEnds(test.index, [row])).toEqual([row.leaseEndsMs]);
    });

    it.for([
      { name: "long leases", ends: [untilMs + 1, untilMs + 2], theirs: [untilMs + 1, untilMs + 2] },
      { name: "leases not yet due", ends: [theirDueMs, untilMs], theirs: [theirDueMs, untilMs] },
      {
        name: "a lease that is nearly due",
        ends: [theirDueMs - 1, untilMs + 1],
        theirs: [untilMs, untilMs + 1],
      },
      { name: "leases that have ended", ends: [1, LEASE_ENDS_MS - 1], theirs: [untilMs, untilMs] },
    ])(
      joins ? "reach to the earliest end of $name" : "are left to the caller, beside $name",
      async ({ ends, theirs }, { expect }) => {
        await using test = await create();
        const others = othersEnding(...ends);
        // One of them twice, which counts once.
        const references = referencesTo([...others, ...others.slice(0, 1)]);
        const row = relyingRow(1, references, { leaseEndsMs: 1 });
        const wanted = joins ? Math.min(...theirs) : row.leaseEndsMs;
        expect(await lookUpLast(test.index, [...others, row])).toBe(wanted);
        expect(await leaseEnds(test.index, [row])).toEqual([wanted]);
        expect(await leaseEnds(test.index, others)).toEqual(joins ? theirs : ends);
      },
    );

    it("never shrink, nor reach beyond what relies on others in turn", async ({ expect }) => {
      await using test = await create();
      const blob = rowAt(100, { leaseEndsMs: untilMs });
      const middle = relyingRow(2, referencesTo([blob]), { leaseEndsMs: LEASE_ENDS_MS - HOUR_MS });
      const [shorter, longer] = [LEASE_ENDS_MS - 2 * HOUR_MS, LEASE_ENDS_MS].map((leaseEndsMs, i) =>
        relyingRow(3 + i, referencesTo([blob, middle]), { leaseEndsMs }),
      );
      if (shorter === undefined || longer === undefined) throw new Error("no rows");
      await commitAll(test.index, [blob, middle]);
      expect(await lookUpLast(test.index, [shorter])).toBe(
        joins ? middle.leaseEndsMs : shorter.leaseEndsMs,
      );
      expect(await lookUpLast(test.index, [longer])).toBe(longer.leaseEndsMs);
      expect(await leaseEnds(test.index, [middle, longer])).toEqual([
        middle.leaseEndsMs,
        longer.leaseEndsMs,
      ]);
    });

    it("follow others that are renewed by the same look-up", async ({ expect }) => {
      await using test = await create();
      const others = othersEnding(LEASE_ENDS_MS, LEASE_ENDS_MS + 1);
      const row = relyingRow(1, referencesTo(others));
      const rows = [row, ...others];
      await commitAll(test.index, rows);
      const how = { contents: false, consistent: true, renewal };
      const keys = rows.map(({ key }) => key);
      await test.index.lookUp(keys, how, anySignal());
      const wanted = [joins ? untilMs : row.leaseEndsMs, untilMs, untilMs];
      expect(await leaseEnds(test.index, rows)).toEqual(wanted);
    });

    it("reach, for many rows that share what they rely on, as far each", async ({ expect }) => {
      await using test = await create();
      const others = othersEnding(...Array.from({ length: 100 }, (_, i) => LEASE_ENDS_MS + i));
      const rows = Array.from({ length: 20 }, (_, i) =>
        relyingRow(i, referencesTo(others.slice(i * 2))),
      );
      await commitAll(test.index, [...others, ...rows]);
      const how = { contents: false, consistent: true, renewal };
      const keys = rows.map(({ key }) => key);
      await test.index.lookUp(keys, how, anySignal());
      const wanted = rows.map(({ leaseEndsMs }) => (joins ? untilMs : leaseEndsMs));
      expect(await leaseEnds(test.index, rows)).toEqual(wanted);
    });

    it("are extended by renew as it is told: the caller has looked", async ({ expect }) => {
      await using test = await create();
      const row = relyingRow(1, [{ key: rowAt(999).key, sizeBytes: 1 }]);
      await commitAll(test.index, [row]);
      await test.index.renew([row], untilMs, anySignal());
      expect(await leaseEnds(test.index, [row])).toEqual([untilMs]);
    });
  });
}
