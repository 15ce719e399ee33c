// `npm run cloudflare:setup`: makes what the cache needs in your Cloudflare account, and leaves alone what is there. `--dry-run` only
// prints the commands, `--new-token` puts a new token in the place of the old one, `--location` says where the data is to lie, and
// `--config` names another file than wrangler.toml.

import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../tools/project.node.ts";
import { readNames, writeDatabaseId } from "./config-file.node.ts";
import { databaseId, ensure, type Step, storageSteps, tokenStep } from "./steps.node.ts";
import { mustRun, shown, wrangler } from "./wrangler.node.ts";

const TOKEN_BYTES = 24;

const { values: flags } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    "new-token": { type: "boolean", default: false },
    location: { type: "string" },
    config: { type: "string" },
  },
});
const config = resolve(root, flags.config ?? "wrangler.toml");
const names = await readNames(config);
const storage = storageSteps(names, flags.location);
const inConfig = flags.config === undefined ? [] : ["--config", config];
const migrate = {
  args: ["d1", "migrations", "apply", names.database, "--remote", ...inConfig],
};
const token = randomBytes(TOKEN_BYTES).toString("base64url");

try {
  if (flags["dry-run"]) printCommands();
  else await setUp();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function printCommands(): void {
  const printStep = ({ what, make }: Step): void => {
    print(`${what}, unless it is there:\n  ${shown(make)}`);
  };
  storage.forEach(printStep);
  print(`the tables, as far as they are missing:\n  ${shown(migrate)}`);
  printStep(tokenStep(token, inConfig));
}

async function setUp(): Promise<void> {
  if (!(await wrangler({ args: ["whoami", "--json"] })).ok) {
    throw new Error("wrangler knows no Cloudflare account: run npx wrangler login first");
  }
  for (const step of storage) report(step, await ensure(step));
  await writeDatabaseId(config, await databaseId(names.database));
  await mustRun(migrate);
  print("the tables: up to date");
  const secret = tokenStep(token, inConfig);
  const isNew = flags["new-token"] || (await ensure(secret));
  if (flags["new-token"]) await mustRun(secret.make);
  report(secret, isNew);
  if (isNew) print(tokenText());
  print("\nDeploy it now, or again: npx wrangler deploy");
}

function report({ what }: Step, made: boolean): void {
  print(`${what}: ${made ? "made" : "was there"}`);
}

function tokenText(): string {
  return `
The token, which is shown only now:

  ${token}

For Bazel, put these lines into .bazelrc, with the address that wrangler deploy prints:

  build --remote_cache=https://ADDRESS
  build "--remote_header=Authorization=Bearer ${token}"`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
