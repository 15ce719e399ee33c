import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withTables } from "../costs/readme.ts";
import { alertRules, prometheusRule } from "../monitoring/alert-rules.ts";
import { dashboard } from "../monitoring/dashboard.ts";
import { withInstrumentTable } from "./instrument-table.ts";
import { root } from "./project.node.ts";
import { withSettingsTable } from "./settings-table.node.ts";

/** A file that is made from something else, or has tables that are. */
interface GeneratedFile {
  /** From the top. */
  readonly path: string;
  /** What it is made from, in words. */
  readonly source: string;
  /** What should be in it; `text` is what is there now. */
  readonly make: (text: string) => string | Promise<string>;
}

const files: readonly GeneratedFile[] = [
  { path: "infra/costs/README.md", source: "the cost model", make: withTables },
  {
    path: "functions/node/config/README.md",
    source: "the schema of configuration files",
    make: withSettingsTable,
  },
  ...[
    { path: "shared/telemetry/README.md", make: withInstrumentTable },
    {
      path: "infra/monitoring/gen/dashboard.json",
      make: () => `${JSON.stringify(dashboard(), undefined, 2)}\n`,
    },
    { path: "infra/monitoring/gen/alert-rules.yaml", make: alertRules },
    { path: "infra/kubernetes/prometheus/gen/prometheus-rule.yaml", make: prometheusRule },
  ].map((file) => ({ ...file, source: "the list of instruments" })),
];

export async function writeFiles(): Promise<void> {
  for (const { path, make } of files) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await make(await textOf(file)));
  }
}

/** Those that are not as they would be made now. */
export async function staleFiles(): Promise<readonly Omit<GeneratedFile, "make">[]> {
  const stale = await Promise.all(
    files.map(async ({ path, source, make }) => {
      const text = await textOf(join(root, path));
      return text === (await make(text)) ? [] : [{ path, source }];
    }),
  );
  return stale.flat();
}

/** Empty where there is no such file yet. */
async function textOf(file: string): Promise<string> {
  return await readFile(file, "utf8").catch(() => "");
}
