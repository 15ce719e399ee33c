import type { Platform } from "./platform.ts";
import { DAYS_A_MONTH, daysKept } from "./retention.ts";
import { fullPrice, sum, times, type Usage } from "./usage.ts";

/** What becomes of a blob from its upload until it is swept. */
export interface Life {
  readonly name: string;
  /** How often its bytes are read. */
  readonly reads: number;
  /** On how many days after the first it is used, and its lease renewed. */
  readonly daysUsedAgain: number;
}

/** The life that the table of sizes shows. */
export const usualLife: Life = { name: "read 10 times, on 5 days", reads: 10, daysUsedAgain: 4 };

/** From what is hardly used, as where builds do without the bytes, to what everybody reads every day. */
export const lives: readonly Life[] = [
  { name: "read once, on its first day", reads: 1, daysUsedAgain: 0 },
  usualLife,
  { name: "read 100 times, on 20 days", reads: 100, daysUsedAgain: 19 },
];

/** The largest blob that lives in its row: what `limits.inlineBytes` is derived from. */
export const inlineBytes = 1792;

export type Home = "row" | "object";

/** A million blobs of that size, from upload to sweep, in dollars, once nothing is free any more. */
export function costPerMillion(
  { table, bucket }: Platform,
  home: Home,
  sizeBytes: number,
  { reads, daysUsedAgain }: Life,
): number {
  const inRow = home === "row" ? sizeBytes : 0;
  const gigabytes = (bytes: number): number => bytes / 1e9;
  const months = (daysUsedAgain + daysKept) / DAYS_A_MONTH;
  const row = sum(
    table.insert(inRow),
    times(reads, table.find(inRow)),
    times(daysUsedAgain, table.renew(inRow)),
    table.remove(inRow),
    { [table.storage]: gigabytes(table.storedBytes(inRow)) * months },
  );
  const object: Usage = {
    [bucket.put]: 1,
    [bucket.get]: reads,
    [bucket.storage]: gigabytes(sizeBytes) * months,
  };
  return 1e6 * fullPrice(home === "row" ? row : sum(row, object));
}

/** The largest blob that, like all smaller ones, costs less in its row; no larger than `mostBytes`. */
export function breakEvenBytes(platform: Platform, life: Life, mostBytes: number): number {
  for (let bytes = 1; bytes <= mostBytes; bytes++) {
    const [row, object] = (["row", "object"] as const).map((home) =>
      costPerMillion(platform, home, bytes, life),
    );
    if ((row ?? 0) > (object ?? 0)) return bytes - 1;
  }
  return mostBytes;
}
