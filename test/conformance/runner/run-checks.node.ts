import { setTimeout as sleep } from "node:timers/promises";
import { type Check, clientsOn } from "../check.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { tagOf, type Tag } from "../tags.ts";
import type { Connection, Target } from "../target.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** One check, as it came out. */
export interface Result extends Verdict {
  readonly number: string;
  readonly tag: Tag;
  readonly title: string;
}

/** How long a server may take to say what it offers, and to come back if it is gone. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 100;

const GONE: Verdict = { outcome: "failed", reason: "not run, for the server no longer answers" };

/** Runs the checks one after the other. What a check does to the connection or the server does not fall to the next one. */
export async function* runChecks(
  checks: readonly Check[],
  target: Target,
  timeoutMs: number,
): AsyncGenerator<Result, void, undefined> {
  let connection = target.connect();
  let isGone = false;
  try {
    for (const check of checks) {
      const run = async (): Promise<Verdict> =>
        await verdictOf(check, fixture(check, connection, target), timeoutMs);
      const verdict = isGone ? GONE : await run();
      const { number, title } = check;
      yield { number, tag: tagOf(number), title, ...verdict };
      if (isGone || verdict.outcome === "passed" || verdict.outcome === "not applicable") continue;
      connection[Symbol.dispose]();
      connection = target.connect();
      isGone = !(await comesBack(connection, target));
    }
  } finally {
    connection[Symbol.dispose]();
  }
}

/** How the server answers the question that every client begins with. */
export async function greeting(
  connection: Connection,
  { onlyInstance = "" }: Target,
): Promise<Outcome> {
  const { capabilities } = clientsOn(connection);
  const request = { instanceName: onlyInstance };
  return await outcome(capabilities.getCapabilities(request, { timeoutMs: PATIENCE_MS }));
}

async function comesBack(connection: Connection, target: Target): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const answer = await greeting(connection, target);
    if (answer !== "Unavailable" && answer !== "DeadlineExceeded") return true;
    await sleep(PAUSE_MS);
  }
  return false;
}

function fixture(
  { number }: Check,
  connection: Connection,
  target: Target,
): Parameters<typeof verdictOf>[1] {
  const instanceName = target.onlyInstance ?? `conformance/${number}/${crypto.randomUUID()}`;
  return { ...clientsOn(connection), target, instanceName, partly: false };
}
