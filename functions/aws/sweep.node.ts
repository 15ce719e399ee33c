import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { shardsAt, type SweepReport } from "../../shared/stores/indexed/sweeper.ts";
import { Log } from "../../shared/telemetry/log.ts";
import { timedSweep } from "../telemetry/timed-sweep.ts";
import { instanceMetrics } from "./instance-metrics.node.ts";
import type { LambdaContext } from "./lambda-runtime.node.ts";
import { openStores } from "./open-stores.node.ts";
import { readSettings } from "./settings.node.ts";
import { writeEntry } from "./write-entry.node.ts";

/** What is left of an invocation's time for saying that it was not enough. */
const LAST_WORD_MS = 10_000;

const settings = readSettings(process.env);
const metrics = instanceMetrics(settings);
const log = new Log({ level: settings.logLevel ?? "info", write: writeEntry });
const { sweeper } = openStores(settings, metrics.meter);

/** What the schedule invokes. Two at once do no harm; one that fails has done what it did, and the next goes on. */
export async function handler(_event: unknown, context: LambdaContext): Promise<SweepReport> {
  const shards = shardsAt(systemClock.now(), limits.lambdaSweepEveryMs, limits.orphanCycleMs);
  const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - LAST_WORD_MS);
  const bounds = { maxRows: limits.lambdaSweepRows, shards };
  try {
    const swept = await timedSweep(() => sweeper.sweep(bounds, signal), metrics.meter);
    log.say("info", "swept", { ...swept });
    return swept;
  } finally {
    metrics.tell();
  }
}
