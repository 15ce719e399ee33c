// `npm run generate`: makes shared/proto/gen from the .proto files, the tables of infra/costs/README.md from the cost model,
// the one of functions/node/config/README.md from the schema of configuration files, and the table of shared/telemetry/README.md, the
// dashboard and the alerts from the list of instruments.
// `--check` only tells whether that would change them.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { areCostTablesCurrent, writeCostTables } from "./cost-tables.node.ts";
import { differingFiles } from "./differing-files.node.ts";
import { isInstrumentTableCurrent, writeInstrumentTable } from "./instrument-table.node.ts";
import { outcomeOf } from "./outcome.node.ts";
import { staleMonitoring, writeMonitoring } from "./monitoring-files.node.ts";
import { inProject, root } from "./project.node.ts";
import { isSettingsTableCurrent, writeSettingsTable } from "./settings-table.node.ts";

const protos = join(root, "shared", "proto");

const { values: flags } = parseArgs({ options: { check: { type: "boolean", default: false } } });
if (flags.check) await check();
else await generate();

async function generate(): Promise<void> {
  await generateInto(protos);
  await writeCostTables();
  await writeSettingsTable();
  await writeInstrumentTable();
  await writeMonitoring();
}

async function check(): Promise<void> {
  await checkProtos();
  if (!(await areCostTablesCurrent())) tellOld("infra/costs/README.md", "the cost model");
  if (!(await isSettingsTableCurrent())) tellOld("functions/node/config/README.md", "the schema");
  if (!(await isInstrumentTableCurrent())) tellOld("shared/telemetry/README.md", "their list");
  for (const file of await staleMonitoring()) tellOld(file, "the list of instruments");
}

function tellOld(file: string, source: string): void {
  console.error(`${file} is not what ${source} makes; run \`npm run generate\``);
  process.exitCode = 1;
}

async function checkProtos(): Promise<void> {
  const fresh = await mkdtemp(join(tmpdir(), "hayloft-generate-"));
  try {
    await generateInto(fresh);
    const differing = await differingFiles(join(fresh, "gen"), join(protos, "gen"));
    if (differing.length === 0) return;
    console.error("shared/proto/gen is not what its .proto files make; run `npm run generate`:");
    for (const file of differing) console.error(`  ${file}`);
    process.exitCode = 1;
  } finally {
    await rm(fresh, { recursive: true });
  }
}

/** Writes `gen/` into `folder`. */
async function generateInto(folder: string): Promise<void> {
  const buf = spawn("buf", ["generate", "--output", folder], { ...inProject, cwd: protos });
  const { ok, output } = await outcomeOf(buf);
  if (!ok) throw new Error(`buf generate failed:\n${output}`);
}
