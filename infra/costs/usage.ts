import { type Part, type PriceId, prices } from "./prices.ts";

/** How many units of what is billed; what is not named is zero. */
export type Usage = Readonly<Partial<Record<PriceId, number>>>;

export function times(count: number, usage: Usage): Usage {
  return Object.fromEntries(entriesOf(usage).map(([id, units]) => [id, units * count]));
}

export function sum(...usages: readonly Usage[]): Usage {
  const total = new Map<PriceId, number>();
  for (const [id, units] of usages.flatMap(entriesOf)) {
    total.set(id, (total.get(id) ?? 0) + units);
  }
  return Object.fromEntries(total);
}

/** What a month with that many units costs, in dollars. */
export function monthlyCost(id: PriceId, units: number): number {
  const { usd, per, free, wholeLots } = prices[id];
  const lots = wholeLots ? Math.ceil(units / per) : units / per;
  return Math.max(0, lots - free / per) * usd;
}

/** What a month costs, in dollars: all of it, or one part of the bill. */
export function billOf(month: Usage, part?: Part): number {
  const counted = entriesOf(month).filter(([id]) => part === undefined || prices[id].part === part);
  return counted.reduce((total, [id, units]) => total + monthlyCost(id, units), 0);
}

/** What it costs once nothing is free any more, in dollars. */
export function fullPrice(usage: Usage): number {
  return entriesOf(usage).reduce(
    (total, [id, units]) => total + (units / prices[id].per) * prices[id].usd,
    0,
  );
}

export function entriesOf(usage: Usage): readonly (readonly [PriceId, number])[] {
  return priceIds.flatMap((id) => {
    const units = usage[id];
    return units === undefined ? [] : [[id, units] as const];
  });
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are all that the type names, and no others.
const priceIds = Object.keys(prices) as readonly PriceId[];
