import { mapConcurrently } from "../../../shared/concurrent.ts";
import type { BlobIndex, FullRow, Row } from "../../../shared/stores/indexed/blob-index.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import { callFor } from "../../support/calls.ts";

/** An index for one test, empty. */
interface BlobIndexUnderTest extends AsyncDisposable {
  readonly index: BlobIndex;
}

/** What the suite must know of an adapter. */
export interface BlobIndexTraits {
  readonly create: () => Promise<BlobIndexUnderTest>;
  /** Whether a look-up also renews rows that rely on others. */
  readonly joins: boolean;
  /** Whether `expired` gives what ended first before the rest. */
  readonly ordersExpired: boolean;
}

/** A signal that never aborts. */
export function anySignal(): AbortSignal {
  return callFor().signal;
}

export async function commit(
  index: BlobIndex,
  row: FullRow,
  wins: "first" | "last" = "first",
): Promise<Row> {
  return await index.commit(row, wins, anySignal());
}

export async function commitAll(index: BlobIndex, rows: readonly FullRow[]): Promise<void> {
  await mapConcurrently(rows, 16, (row) => commit(index, row));
}

/** All of the rows that are there now. */
export async function readAll(
  index: BlobIndex,
  keys: readonly RowKey[],
): Promise<ReadonlyMap<RowKey, FullRow>> {
  const { rows } = await index.lookUp(keys, { contents: true, consistent: true }, anySignal());
  return rows;
}

export async function read(index: BlobIndex, key: RowKey): Promise<FullRow | undefined> {
  return (await readAll(index, [key])).get(key);
}

/** When the leases of these rows end now, in their order; `undefined` where there is no row. */
export async function leaseEnds(
  index: BlobIndex,
  rows: readonly Row[],
): Promise<readonly (number | undefined)[]> {
  const keys = rows.map(({ key }) => key);
  const found = await readAll(index, keys);
  return keys.map((key) => found.get(key)?.leaseEndsMs);
}
