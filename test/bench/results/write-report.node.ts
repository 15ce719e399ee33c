import { writeFile } from "node:fs/promises";
import { chart } from "./chart.ts";
import { reportText } from "./markdown.ts";
import type { Report } from "./report.ts";

const resultsFile = new URL("../RESULTS.md", import.meta.url);
const chartFile = new URL("../results.svg", import.meta.url);

/** Beside the benchmark, where README.md shows it. */
export async function writeReport(report: Report): Promise<void> {
  const picture = "![Hayloft's rates beside those of its peers](results.svg)";
  const text = reportText(report).replace("\n## Rates\n", `\n${picture}\n\n## Rates\n`);
  await writeFile(resultsFile, `${text}\n`);
  await writeFile(chartFile, chart(report));
}
