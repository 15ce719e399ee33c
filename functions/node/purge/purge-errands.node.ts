import { createInterface } from "node:readline/promises";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { Admin } from "../../../shared/proto/gen/hayloft/v1/admin_pb.ts";
import { cacheClient, told } from "../commands/cache-client.node.ts";
import { UsageError } from "../commands/flags.node.ts";
import type { AskedPurge, Errand } from "./purge-flags.node.ts";
import { isEverything, lineOf, reachOf, timeOf } from "./purge-words.ts";

/** Does what a run of `hayloft purge` is for, and prints a line of what it did. Throws `UsageError`. */
export async function doErrand(
  cache: URL,
  token: string | undefined,
  errand: Errand,
): Promise<void> {
  const admin = cacheClient(Admin, cache, token);
  switch (errand.kind) {
    case "list":
      say(await told(cache, list(admin)));
      break;
    case "remove":
      say(await waitingFor(told(cache, remove(admin, errand.id))));
      break;
    case "purge":
      if (!errand.isSure && isEverything(errand.purge)) await makeSure(cache, errand.purge);
      say(await waitingFor(told(cache, purge(admin, errand.purge))));
      break;
  }
}

async function list(admin: Client<typeof Admin>): Promise<string> {
  const { rules } = await admin.listPurges({});
  return rules.length === 0 ? "no purge is in force" : rules.map(lineOf).join("\n");
}

async function remove(admin: Client<typeof Admin>, id: string): Promise<string> {
  await admin.removePurge({ id });
  return `ended ${id}: what it purged and is still stored is served again`;
}

async function purge(
  admin: Client<typeof Admin>,
  { beforeMs, ...asked }: AskedPurge,
): Promise<string> {
  const before = beforeMs === undefined ? {} : { before: timestampFromMs(beforeMs) };
  const { rule, replaced } = await admin.purge({ ...asked, ...before });
  const others = replaced === 0 ? "" : `, in place of ${replaced} that it includes`;
  return `purged ${reachOf(asked)} before ${timeOf(rule?.before)}: purge ${rule?.id}${others}`;
}

/** Throws `UsageError` where nobody says yes. */
async function makeSure(cache: URL, { beforeMs }: AskedPurge): Promise<void> {
  const time = beforeMs === undefined ? "" : ` from before ${new Date(beforeMs).toISOString()}`;
  const what = `every action result of ${cache.host}${time}`;
  if (!process.stdin.isTTY) throw new UsageError(`this would purge ${what}; say so with --yes`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`purge ${what}? [y/N] `);
    if (!/^y(?:es)?$/i.test(answer.trim())) throw new UsageError("nothing was purged");
  } finally {
    lines.close();
  }
}

/** On a terminal, tells that the command has not stopped: replicas take some seconds to hear of a purge. */
async function waitingFor(work: Promise<string>): Promise<string> {
  if (!process.stderr.isTTY) return await work;
  process.stderr.write("waiting until all replicas know of it ...");
  try {
    return await work;
  } finally {
    process.stderr.write("\r\u001B[K");
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
