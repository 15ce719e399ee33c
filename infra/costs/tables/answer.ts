import type { Part } from "../prices.ts";
import { inlineBytes } from "../threshold.ts";
import { billOf } from "../usage.ts";
import { ways } from "../ways.ts";
import { team } from "../workload.ts";
import { dollars, left, right, table } from "./markdown.ts";

const parts: Readonly<Record<Part, string>> = {
  requests: "serving the requests",
  index: "the table's operations",
  objects: "the bucket's operations",
  storage: "storage",
  egress: "egress to the internet",
};

/** What the team pays in a month, each way. */
export function answerTable(): string {
  const months = ways.map(({ month }) => month(team, inlineBytes));
  const rows = partIds.map((part) => [
    parts[part],
    ...months.map((month) => dollars(billOf(month, part))),
  ]);
  const total = ["**a month**", ...months.map((month) => `**${dollars(billOf(month))}**`)];
  return table([left(""), ...ways.map(({ name }) => right(name))], [...rows, total]);
}

const partIds: readonly Part[] = ["requests", "index", "objects", "storage", "egress"];
