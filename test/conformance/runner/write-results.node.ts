import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { resultsDocument, resultsLine } from "../results.node.ts";

const documentFile = fileURLToPath(new URL("../RESULTS.md", import.meta.url));
const readmeFile = fileURLToPath(new URL("../../../README.md", import.meta.url));

const place = /(?<=<!-- conformance -->\n).*?(?=\n<!-- end -->)/s;

/** The README with the line as it is now. Throws where there is no place for it. */
function withLine(readme: string): string {
  if (!place.test(readme)) throw new Error("README.md has no place for the line on conformance");
  return readme.replace(place, () => `\n${resultsLine()}\n`);
}

/** Writes what the suite declares where people read it. */
export async function writeResults(): Promise<void> {
  await writeFile(documentFile, resultsDocument());
  await writeFile(readmeFile, withLine(await readFile(readmeFile, "utf8")));
}

/** What is not as the suite declares it. */
export async function staleFiles(): Promise<readonly string[]> {
  const readme = await readFile(readmeFile, "utf8");
  const document = await readFile(documentFile, "utf8").catch(() => "");
  return [
    ...(readme === withLine(readme) ? [] : ["README.md"]),
    ...(document === resultsDocument() ? [] : ["test/conformance/RESULTS.md"]),
  ];
}
