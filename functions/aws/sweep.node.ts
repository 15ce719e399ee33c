import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { shardsAt, type SweepReport } from "../../shared/stores/indexed/sweeper.ts";
import type { LambdaContext } from "./lambda-runtime.node.ts";
import { log } from "./log.node.ts";
import { openStores } from "./open-stores.node.ts";
import { readSettings } from "./settings.node.ts";

/** What is left of an invocation's time for saying that it was not enough. */
const LAST_WORD_MS = 10_000;

const { sweeper } = openStores(readSettings(process.env));

/** What the schedule invokes. Two at once do no harm; one that fails has done what it did, and the next goes on. */
export async function handler(_event: unknown, context: LambdaContext): Promise<SweepReport> {
  const shards = shardsAt(systemClock.now(), limits.lambdaSweepEveryMs, limits.orphanCycleMs);
  const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - LAST_WORD_MS);
  const swept = await sweeper.sweep({ maxRows: limits.lambdaSweepRows, shards }, signal);
  log({ level: "INFO", message: "swept", ...swept });
  return swept;
}
