import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { emitters } from "../../shared/telemetry/instrument.ts";
import { allInstruments } from "../../shared/telemetry/instruments.ts";
import { left, table } from "../costs/tables/markdown.ts";
import { root } from "./project.node.ts";

const readme = join(root, "shared", "telemetry", "README.md");

/** Writes the table of all instruments into the README of telemetry. */
export async function writeInstrumentTable(): Promise<void> {
  await writeFile(readme, withTable(await readFile(readme, "utf8")));
}

/** Whether the README has the table as the list makes it. */
export async function isInstrumentTableCurrent(): Promise<boolean> {
  const text = await readFile(readme, "utf8");
  return text === withTable(text);
}

const generated = /<!-- from the list of instruments -->.*?<!-- end -->/s;

function withTable(text: string): string {
  const made = `<!-- from the list of instruments -->\n\n${instrumentTable()}\n\n<!-- end -->`;
  return text.replace(generated, () => made);
}

function instrumentTable(): string {
  const rows = allInstruments.map(({ name, type, labels, emitters: group, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    group === "everywhere" ? group : emitters[group].join(", "),
    help,
  ]);
  return table([left("name"), left("type"), left("labels"), left("told by"), left("help")], rows);
}
