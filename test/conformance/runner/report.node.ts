import { left, table } from "../../../infra/costs/tables/markdown.ts";
import type { Tag } from "../tags.ts";
import type { Result } from "./run-checks.node.ts";

/** The results in one protocol. */
export interface Section {
  readonly name: string;
  readonly results: readonly Result[];
}

/** What was checked, and how it came out. */
export interface Report {
  readonly server: string;
  readonly sections: readonly Section[];
}

interface Total {
  readonly tag: Tag;
  readonly passed: number;
  readonly applicable: number;
  readonly notApplicable: number;
}

const TAGS: readonly Tag[] = ["M", "S", "O", "D"];

const NO_FAULT: ReadonlySet<Result["outcome"]> = new Set(["passed", "not applicable"]);

/** The numbers that the server fails though the API says that it must not. */
export function failedMusts({ sections }: Report): readonly string[] {
  const failed = sections
    .flatMap(({ results }) => results)
    .filter(({ tag, outcome }) => tag === "M" && !NO_FAULT.has(outcome));
  return [...new Set(failed.map(({ number }) => number))];
}

/** Every check with its result, and sums, as columns of plain text. */
export function asText(report: Report): string {
  const { server, sections } = report;
  const blocks = sections.map(({ name, results }) => {
    const rows = results.map(({ number, tag, title, outcome, reason }) => {
      const row = `${number.padEnd(6)} ${tag}  ${outcome.padEnd(14)} ${title}`;
      return reason === "" ? row : `${row}\n${" ".repeat(25)}${reason}`;
    });
    return [name, ...rows, "", ...totals(results).map(sentenceOf)].join("\n");
  });
  const musts = failedMusts(report);
  const end =
    musts.length === 0
      ? "It passes every check that the API says it must (M)."
      : `It fails what the API says it must pass (M): ${musts.join(", ")}`;
  return `${[server, ...blocks, end].join("\n\n")}\n`;
}

export function asMarkdown({ server, sections }: Report): string {
  const blocks = sections.map(({ name, results }) => {
    const rows = results.map(({ number, tag, title, outcome, reason }) => {
      return [number, tag, title, outcome, reason].map(cell);
    });
    const headings = ["check", "tag", "what it asks", "result", "why"].map(left);
    const sums = totals(results).map((total) => `- ${sentenceOf(total)}`);
    return [`## ${name}`, "", ...sums, "", table(headings, rows)].join("\n");
  });
  return `${[`# Conformance of ${server}`, ...blocks].join("\n\n")}\n`;
}

export function asJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function totals(results: readonly Result[]): readonly Total[] {
  return TAGS.map((tag) => {
    const tagged = results.filter((result) => result.tag === tag);
    const count = (outcome: Result["outcome"]): number =>
      tagged.filter((result) => result.outcome === outcome).length;
    const notApplicable = count("not applicable");
    const applicable = tagged.length - notApplicable;
    return { tag, passed: count("passed"), applicable, notApplicable };
  }).filter(({ applicable, notApplicable }) => applicable + notApplicable > 0);
}

function sentenceOf({ tag, passed, applicable, notApplicable }: Total): string {
  const beside = notApplicable === 0 ? "" : `, ${notApplicable} not applicable`;
  return `${tag}: ${passed} of ${applicable} applicable passed${beside}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
