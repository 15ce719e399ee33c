import { left, table } from "../../infra/costs/tables/markdown.ts";
import { columnsOf, heldColumns, numbersOf, shapes, stateOf, type Column } from "./columns.node.ts";
import { notApplicable } from "./not-applicable.ts";
import type { Shape } from "./shapes.ts";
import { checklistNumbers, sectionsLeftOut, type Tag, tagOf } from "./tags.ts";

const TAGS: readonly Tag[] = ["M", "S", "O", "D"];

/** How many of these numbers a shape passes, of how many that apply to it. */
function score({ notApplicable: beside, knownGaps }: Shape, numbers: readonly string[]): string {
  const applicable = numbers.filter((number) => !beside.has(number));
  const passed = applicable.filter((number) => !knownGaps.has(number));
  return `${passed.length} of ${applicable.length}`;
}

/** What the README says of it all. */
export function resultsLine(): string {
  const scores = shapes.map((shape) => `${shape.name} ${score(shape, numbersOf(shape))}`);
  const what =
    "numbered checks of the API that pass, of those that apply; they run against any server";
  return `**Conformance: ${scores.join(" · ")}**\n([${what}](test/conformance/README.md)).`;
}

/** Every check with what comes of it on each shape, and the reason for whatever is not simply passed. */
export function resultsDocument(): string {
  return [
    "# What Hayloft passes",
    "`npm run conformance -- --write-results` writes this page from what the suite declares. Every test run holds each shape to it: a\ncheck that fails where it should pass, passes where it should fail, or does not apply and is not listed, fails the run.",
    "Tags: the API says must (M) or should (S); clients break or suffer otherwise (O); the API leaves room, and the checklist decides\n(D). “part” leaves out what the platform lets nobody have, and counts as passed; “-” does not apply, and does not count.",
    scoreTable(),
    "## Every check",
    checkTable(shapes.flatMap(columnsOf)),
    "## Over hours, and on bad days",
    "Asked of a server whose clock and store are in the test's hands, on each kind of store.",
    checkTable(heldColumns),
    "## Why",
    ...shapes.flatMap(reasonsOf),
    "### Numbers without a check",
    reasonTable(notApplicable),
    "### Sections that do not count",
    reasonTable(new Map([...sectionsLeftOut].map(([section, why]) => [`${section}`, why]))),
  ]
    .join("\n\n")
    .concat("\n");
}

function scoreTable(): string {
  const headings = ["shape", ...TAGS, "all"].map(left);
  const rows = shapes.map((shape) => {
    const numbers = numbersOf(shape);
    const tagged = TAGS.map((tag) => numbers.filter((number) => tagOf(number) === tag));
    return [shape.name, ...[...tagged, numbers].map((some) => score(shape, some))];
  });
  return table(headings, rows);
}

function checkTable(columns: readonly Column[]): string {
  const titles = new Map(
    columns.flatMap(({ checks }) => checks.map(({ number, title }) => [number, title] as const)),
  );
  const headings = ["check", "tag", "what it asks", ...columns.map(({ heading }) => heading)];
  const rows = checklistNumbers
    .filter((number) => titles.has(number))
    .map((number) => {
      const states = columns.map((column) => stateOf(number, column));
      return [number, tagOf(number), titles.get(number) ?? "", ...states];
    });
  return table(headings.map(left), rows);
}

function reasonsOf({ name, notApplicable: beside, partly, knownGaps }: Shape): readonly string[] {
  const lists = [
    ["not applicable", beside],
    ["in part, without what cannot be had", partly],
    ["known gaps", knownGaps],
  ] as const;
  return lists
    .filter(([, reasons]) => reasons.size > 0)
    .flatMap(([what, reasons]) => [`### ${name}: ${what}`, reasonTable(reasons)]);
}

function reasonTable(reasons: ReadonlyMap<string, string>): string {
  return table(["number", "why"].map(left), [...reasons]);
}
