import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chart } from "./chart.ts";
import { reportText } from "./markdown.ts";
import type { SoakReport } from "./report.ts";

/** The report with its picture, as `NAME.md` and `NAME.svg`. */
export async function writeReport(report: SoakReport, folder: string, name: string): Promise<void> {
  const [title = "", ...rest] = reportText(report).split("\n\n");
  const picture = `![Memory and open descriptors over the soak](${name}.svg)`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.md`), `${[title, picture, ...rest].join("\n\n")}\n`);
  await writeFile(join(folder, `${name}.svg`), chart(report));
}
