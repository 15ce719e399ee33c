import type { Names } from "./config-file.node.ts";
import { type Command, failure, mustRun, wrangler } from "./wrangler.node.ts";

/** One part of the cache in the account: how to see that it is there, and how to make it. */
export interface Step {
  readonly what: string;
  readonly look: Command;
  /** Whether it is among what the look showed. */
  readonly isThere: (stdout: string) => boolean;
  /** What a look that failed says where the thing is absent: only for what `make` would replace. */
  readonly absent?: RegExp;
  readonly make: Command;
}

const TOKEN = "HAYLOFT_TOKEN";

/** Uploads in parts that broke off go after a day: no upload takes as long. */
const RULE = "hayloft-broken-uploads";
const RULE_DAYS = "1";

/** What R2 says of a bucket that was not among the first that it lists. */
const BUCKET_EXISTS = "[code: 10004]";

/** What holds the data, in the order in which it is made. */
export function storageSteps(
  { bucket, database }: Names,
  location: string | undefined,
): readonly Step[] {
  const at = location === undefined ? [] : ["--location", location];
  const rule = [bucket, RULE, "--abort-multipart-days", RULE_DAYS, "--force"];
  return [
    {
      what: `the bucket ${bucket}`,
      look: { args: ["r2", "bucket", "list"] },
      isThere: (stdout) => lists(stdout, bucket),
      make: { args: ["r2", "bucket", "create", bucket, "--update-config=false", ...at] },
    },
    {
      what: "the rule for uploads that broke off",
      look: { args: ["r2", "bucket", "lifecycle", "list", bucket] },
      isThere: (stdout) => lists(stdout, RULE),
      make: { args: ["r2", "bucket", "lifecycle", "add", ...rule] },
    },
    {
      what: `the database ${database}`,
      look: listDatabases,
      isThere: (stdout) => idIn(stdout, database) !== undefined,
      make: { args: ["d1", "create", database, "--update-config=false", ...at] },
    },
  ];
}

/** What lets somebody in. */
export function tokenStep(token: string, inConfig: readonly string[]): Step {
  return {
    what: `the secret ${TOKEN}`,
    look: { args: ["secret", "list", "--format", "json", ...inConfig] },
    isThere: (stdout) => parseList(stdout).some(({ name }) => name === TOKEN),
    // The Worker was never deployed.
    absent: /Worker ".+" not found/,
    make: { args: ["secret", "put", TOKEN, ...inConfig], input: token },
  };
}

/** Makes what is not there. Whether it had to. */
export async function ensure({ look, isThere, absent, make }: Step): Promise<boolean> {
  const seen = await wrangler(look);
  if (seen.ok && isThere(seen.stdout)) return false;
  // A token that everybody uses must not be replaced because Cloudflare did not answer; what else is there, `make` refuses.
  if (!seen.ok && absent?.test(`${seen.stderr}${seen.stdout}`) === false) throw failure(look, seen);
  const made = await wrangler(make);
  if (made.ok) return true;
  if (`${made.stderr}${made.stdout}`.includes(BUCKET_EXISTS)) return false;
  throw failure(make, made);
}

const listDatabases: Command = { args: ["d1", "list", "--json"] };

export async function databaseId(database: string): Promise<string> {
  const id = idIn(await mustRun(listDatabases), database);
  if (id === undefined) throw new Error(`the account has no D1 database ${database}`);
  return id;
}

interface Listed {
  readonly name?: string;
  readonly uuid?: string;
}

function idIn(stdout: string, database: string): string | undefined {
  return parseList(stdout).find(({ name }) => name === database)?.uuid;
}

/** A list in JSON, whatever wrangler has said before it. */
function parseList(stdout: string): readonly Listed[] {
  const start = /^\[/m.exec(stdout)?.index;
  if (start === undefined) return [];
  const list: unknown = JSON.parse(stdout.slice(start));
  return Array.isArray(list) ? list.filter(isListed) : [];
}

function isListed(item: unknown): item is Listed {
  return typeof item === "object" && item !== null;
}

/** Whether one of the things that wrangler lists for people has this name. */
function lists(stdout: string, name: string): boolean {
  return stdout
    .split("\n")
    .some((line) => /^name: +(?<name>\S+)$/.exec(line)?.groups?.["name"] === name);
}
