import { prices } from "../prices.ts";
import { sources } from "../sources.ts";
import { count, left, right, table } from "./markdown.ts";

/** Every price, with its source and its date. */
export function pricesTable(): string {
  const rows = Object.values(prices).map(({ service, unit, usd, per, free, wholeLots, source }) => [
    service,
    `${per === 1 ? "" : `${count(per)} `}${unit}${wholeLots ? ", rounded up" : ""}`,
    usd.toString(),
    free === 0 ? "" : count(free),
    sources[source].name,
    sources[source].date,
  ]);
  const columns = [
    left("service"),
    left("what"),
    right("USD"),
    right("free each month"),
    left("source"),
    left("as of"),
  ];
  return table(columns, rows);
}

export function sourcesTable(): string {
  const rows = Object.values(sources).map(({ name, url, date, read }) => [
    `[${name}](${url})`,
    date,
    read,
  ]);
  return table([left("source"), left("as of"), left("read in")], rows);
}
