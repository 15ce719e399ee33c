import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { summaryLine } from "./markdown.ts";
import type { SoakReport } from "./report.ts";
import { writeReport } from "./write-report.node.ts";

const folder = import.meta.dirname;
const readmeFile = fileURLToPath(new URL("../README.md", import.meta.url));

/** Writes the report beside the soak, and into README.md what it says in one line, with its picture. */
export async function writeResults(report: SoakReport, name: string): Promise<void> {
  await writeReport(report, folder, name);
  const readme = await readFile(readmeFile, "utf8");
  const picture = `![Memory and open descriptors over the soak](results/${name}.svg)`;
  const text = `[${report.shape}](results/${name}.md): ${summaryLine(report)}\n\n${picture}`;
  await writeFile(readmeFile, withResult(readme, name, text));
}

/** The document with this text in the place of that name. Throws where there is no such place. */
export function withResult(readme: string, name: string, text: string): string {
  const place = new RegExp(`(?<=<!-- ${name} -->\\n).*?(?=\\n<!-- end -->)`, "s");
  if (place.test(readme)) return readme.replace(place, () => `\n${text}\n`);
  throw new Error(`README.md has no place for ${name}: give it one, as the others have`);
}
