import { answerTable } from "./tables/answer.ts";
import { billsTable, replicasTable } from "./tables/bills.ts";
import { eventsTable } from "./tables/events.ts";
import { freePlanTable } from "./tables/free-plan.ts";
import { pricesTable, sourcesTable } from "./tables/prices.ts";
import {
  breakEvenTable,
  inlineSentence,
  sizesTable,
  thresholdsTable,
} from "./tables/thresholds.ts";
import { mostMoving, variationsTable } from "./tables/variations.ts";
import { assumptionsTable, dayTable, sizeMixTable } from "./tables/workload.ts";

/** What the README takes from the model, by the name in its comments. */
const parts: Readonly<Record<string, () => string>> = {
  answer: answerTable,
  assumptions: assumptionsTable,
  bills: billsTable,
  "break-even": breakEvenTable,
  day: dayTable,
  events: eventsTable,
  "free-plan": freePlanTable,
  inline: inlineSentence,
  "most-moving": mostMoving,
  prices: pricesTable,
  replicas: replicasTable,
  "size-mix": sizeMixTable,
  sizes: sizesTable,
  sources: sourcesTable,
  thresholds: thresholdsTable,
  variations: variationsTable,
};

const generated = /<!-- from the model: ([-a-z]+) -->.*?<!-- end -->/gs;

/** The README with every table as the model has it now. Throws where it names a table that is none, or lacks one. */
export function withTables(readme: string): string {
  const lacking = new Set(Object.keys(parts));
  const text = readme.replaceAll(generated, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`infra/costs/readme.ts makes no ${name}`);
    lacking.delete(name);
    return `<!-- from the model: ${name} -->\n\n${part()}\n\n<!-- end -->`;
  });
  if (lacking.size === 0) return text;
  throw new Error(`infra/costs/README.md has no place for ${[...lacking].join(", ")}`);
}
