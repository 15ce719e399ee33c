// `npm run generate`: makes shared/proto/gen from the .proto files, and the files and tables that generated-files.node.ts lists.
// `--check` only tells whether that would change them.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { differingFiles } from "./differing-files.node.ts";
import { staleFiles, writeFiles } from "./generated-files.node.ts";
import { outcomeOf } from "./outcome.node.ts";
import { inProject, root } from "./project.node.ts";

const protos = join(root, "shared", "proto");

const { values: flags } = parseArgs({ options: { check: { type: "boolean", default: false } } });
if (flags.check) await check();
else await generate();

async function generate(): Promise<void> {
  await generateInto(protos);
  await writeFiles();
}

async function check(): Promise<void> {
  await checkProtos();
  for (const { path, source } of await staleFiles()) {
    console.error(`${path} is not what ${source} makes; run \`npm run generate\``);
    process.exitCode = 1;
  }
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
