import { eventsOf } from "../events.ts";
import { aws, cloudflare } from "../platforms.ts";
import type { PriceId } from "../prices.ts";
import { inlineBytes } from "../threshold.ts";
import { entriesOf, fullPrice, type Usage } from "../usage.ts";
import { team } from "../workload.ts";
import { cents, count, left, right, table } from "./markdown.ts";

const abbreviations: Partial<Record<PriceId, string>> = {
  d1RowsRead: "read",
  d1RowsWritten: "written",
  r2ClassA: "A",
  r2ClassB: "B",
  dynamoDbReads: "RRU",
  dynamoDbWrites: "WRU",
  s3Puts: "PUT",
  s3Gets: "GET",
};

/** What each request is billed for, and how often it comes. */
export function eventsTable(): string {
  const onAws = eventsOf(aws, team, inlineBytes);
  const rows = eventsOf(cloudflare, team, inlineBytes).flatMap(({ what, perDay, usage }) => {
    const other = onAws.find((event) => event.what === what)?.usage ?? {};
    return [[what, count(perDay), text(usage), million(usage), text(other), million(other)]];
  });
  const columns = [
    left("what happens"),
    right("a day"),
    left("D1 rows, R2 operations"),
    right("USD for a million"),
    left("DynamoDB units, S3 requests"),
    right("USD for a million"),
  ];
  return table(columns, rows);
}

function text(usage: Usage): string {
  return entriesOf(usage)
    .map(([id, units]) => `${count(units)} ${abbreviations[id] ?? id}`)
    .join(", ");
}

function million(usage: Usage): string {
  return cents(1e6 * fullPrice(usage));
}
