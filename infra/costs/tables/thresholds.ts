import { indexedMonth, storedBytes } from "../indexed-store.ts";
import { aws, cloudflare } from "../platforms.ts";
import { breakEvenBytes, costPerMillion, inlineBytes, lives, usualLife } from "../threshold.ts";
import { billOf } from "../usage.ts";
import { team } from "../workload.ts";
import { cents, count, dollars, gigabytes, left, right, table } from "./markdown.ts";

const sizes = [256, 768, 1024, 1792, 2048, 2816, 4096, 8192, 16_384];
const thresholds = [0, 1024, 1792, 4096, 16_384];
const MOST_BYTES = 64 * 1024;

export function inlineSentence(): string {
  return `Up to **${count(inlineBytes)} bytes (${inlineBytes / 1024} KiB)**, on both platforms.`;
}

/** A million blobs of each size, in rows and in objects. */
export function sizesTable(): string {
  const rows = sizes.map((bytes) => [
    count(bytes),
    ...[cloudflare, aws].flatMap((platform) =>
      (["row", "object"] as const).map((home) =>
        cents(costPerMillion(platform, home, bytes, usualLife)),
      ),
    ),
  ]);
  const columns = ["bytes", "D1 row", "R2 object", "DynamoDB row", "S3 object"];
  return table(columns.map(right), rows);
}

/** Up to which size the row is cheaper. */
export function breakEvenTable(): string {
  const rows = lives.map((life) => [
    life.name,
    ...[cloudflare, aws].map((platform) => count(breakEvenBytes(platform, life, MOST_BYTES))),
  ]);
  return table([left("a blob"), right("D1, R2"), right("DynamoDB, S3")], rows);
}

/** What each threshold would make of the example. */
export function thresholdsTable(): string {
  const rows = thresholds.map((bytes) => [
    bytes === 0 ? "none" : count(bytes),
    gigabytes(storedBytes(cloudflare, team, bytes).tableBytes),
    ...[cloudflare, aws].map((platform) => dollars(billOf(indexedMonth(platform, team, bytes)))),
  ]);
  const columns = ["bytes in the row, at most", "D1 database", "Cloudflare", "AWS, Lambda"];
  return table(columns.map(right), rows);
}
