import { prices } from "../prices.ts";
import { DAYS_A_MONTH } from "../retention.ts";
import { inlineBytes } from "../threshold.ts";
import { entriesOf, monthlyCost, type Usage } from "../usage.ts";
import { awsReplicasWay, awsWay, cloudflareWay, touchedWay, type Way } from "../ways.ts";
import { team } from "../workload.ts";
import { cents, count, left, right, table } from "./markdown.ts";

/** The bills behind the answer, line by line. */
export function billsTable(): string {
  const columns = [left("way"), left("billed"), right("a day"), right("a month"), right("USD")];
  const rows = [cloudflareWay, awsWay, touchedWay].flatMap((way) =>
    linesOf(monthOf(way)).map((line, index) => [index === 0 ? way.name : "", ...line]),
  );
  return table(columns, rows);
}

/** What replicas are billed instead of functions. */
export function replicasTable(): string {
  const functions = monthOf(awsWay);
  const other = entriesOf(monthOf(awsReplicasWay)).filter(([id]) => functions[id] === undefined);
  const columns = [left("billed"), right("a day"), right("a month"), right("USD")];
  return table(columns, linesOf(Object.fromEntries(other)));
}

function monthOf({ month }: Way): Usage {
  return month(team, inlineBytes);
}

function linesOf(month: Usage): readonly (readonly string[])[] {
  return entriesOf(month).map(([id, units]) => {
    const { service, unit, part } = prices[id];
    const isKept = part === "storage" || id === "workersPlan";
    return [
      `${service}: ${unit}`,
      isKept ? "" : count(units / DAYS_A_MONTH),
      count(units),
      cents(monthlyCost(id, units)),
    ];
  });
}
