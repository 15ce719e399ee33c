// Stands in for wrangler: keeps an account in the file that HAYLOFT_TEST_ACCOUNT names, notes every call in it, and answers as
// wrangler 4.156 does.

import { readFileSync, writeFileSync } from "node:fs";

export interface Account {
  loggedIn: boolean;
  /** What a command begins with that fails now. */
  failing?: string;
  calls: string[];
  buckets: string[];
  /** Buckets that are there, and not on the first page of the list. */
  hiddenBuckets: string[];
  rules: string[];
  databases: { uuid: string; name: string }[];
  /** `undefined` until something has made the Worker. */
  secrets: Record<string, string> | undefined;
}

const file = process.env["HAYLOFT_TEST_ACCOUNT"] ?? "";
const account = JSON.parse(readFileSync(file, "utf8")) as Account;
const args = process.argv.slice(2);
account.calls.push(args.join(" "));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(text: string): void {
  process.stderr.write(`✘ [ERROR] ${text}\n`);
  process.exitCode = 1;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `name:           ${name}\ncreation_date:  2026-11-01`).join("\n\n");
}

function createBucket(name: string): void {
  if ([...account.buckets, ...account.hiddenBuckets].includes(name)) {
    fail("The bucket you tried to create already exists, and you own it. [code: 10004]");
    return;
  }
  account.buckets.push(name);
  say(`✅ Created bucket '${name}' with default storage class of Standard.`);
}

function createDatabase(name: string): void {
  account.databases.push({ uuid: `uuid-of-${name}`, name });
  say(`✅ Successfully created DB '${name}'`);
}

function migrate(name: string): void {
  const config = readFileSync(args[args.indexOf("--config") + 1] ?? "", "utf8");
  const database = account.databases.find((each) => each.name === name);
  if (database !== undefined && config.includes(`database_id = "${database.uuid}"`)) {
    say("✅ No migrations to apply!");
  } else {
    fail(`Couldn't find a D1 DB with the name or binding '${name}' in your wrangler.toml file.`);
  }
}

function listSecrets(): void {
  if (account.secrets === undefined) {
    fail('Worker "hayloft" not found.\n\nIf this is a new Worker, run `wrangler deploy` first.');
    return;
  }
  const secrets = Object.keys(account.secrets).map((name) => ({ name, type: "secret_text" }));
  say(JSON.stringify(secrets, null, "  "));
}

function answer(): void {
  const [one = "", two = "", three = "", four = "", five = ""] = args;
  const words = [one, two, three].join(" ");
  if (account.failing !== undefined && args.join(" ").startsWith(account.failing)) {
    fail("A request to the Cloudflare API failed: out of order [code: 7500]");
  } else if (one === "whoami") {
    say(JSON.stringify({ loggedIn: account.loggedIn }));
    process.exitCode = account.loggedIn ? 0 : 1;
  } else if (words === "r2 bucket list") say(`Listing buckets...\n${listed(account.buckets)}`);
  else if (words === "r2 bucket create") createBucket(four);
  else if (words === "r2 bucket lifecycle" && four === "list") {
    say(`Listing lifecycle rules for bucket '${five}'...\n${listed(account.rules)}`);
  } else if (words === "r2 bucket lifecycle") account.rules.push(args[5] ?? "");
  else if (words === "d1 list --json") say(JSON.stringify(account.databases, null, 2));
  else if (one === "d1" && two === "create") createDatabase(three);
  else if (words === "d1 migrations apply") migrate(four);
  else if (one === "secret" && two === "list") listSecrets();
  else if (one === "secret" && two === "put") {
    account.secrets = { ...account.secrets, [three]: readFileSync(0, "utf8") };
  } else fail(`Unknown arguments: ${args.join(" ")}`);
}

answer();
writeFileSync(file, JSON.stringify(account));
