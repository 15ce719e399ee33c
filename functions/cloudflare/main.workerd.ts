import { systemClock } from "../../shared/clock.ts";
import { workerdZstd } from "../../shared/compression/zstd.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { limits } from "../../shared/limits.ts";
import type { KeptPurges } from "../../shared/stores/purge-list.ts";
import { shardsAt } from "../../shared/stores/indexed/sweeper.ts";
import { isUnexpected } from "../handlers/status.ts";
import { Allowances, countingGate } from "../access/allowances.ts";
import type { Gate } from "../access/caller.ts";
import { compose, gateFor } from "./compose.ts";
import type { Env } from "./env.workerd.ts";
import { IsolateBudget } from "./isolate-budget.ts";
import { atEdge, openStores } from "./open-stores.workerd.ts";
import { serveRequest } from "./serve-request.workerd.ts";
import { readSettings, type Settings } from "./settings.ts";

const budgets = new IsolateBudget();

/** What its variables make of an isolate. */
interface Deployment {
  readonly settings: Settings;
  readonly gate: Gate;
  readonly allowances: Allowances;
  readonly keptPurges: KeptPurges;
}

/** An isolate keeps its variables, and each request would hash the tokens again. */
const deployments = new WeakMap<Env, Deployment>();

const worker: ExportedHandler<Env> = {
  fetch: async (request, env, context) => {
    try {
      const { settings, gate, allowances, keptPurges } = deploymentOf(env);
      const { blobs, actions, chunkLists, purges } = openStores(env, settings);
      const handler = compose({
        blobs: await atEdge(blobs, context),
        actions,
        chunkLists,
        purges,
        keptPurges,
        hashers: workerdHashers,
        codecs: [workerdZstd],
        uploadAllowance: allowances,
        settings,
        gate,
        budget: budgets.at(systemClock.now()),
        report,
      });
      return await serveRequest(request, handler);
    } catch (error) {
      // A client that has gone concerns nobody.
      const isReported = !request.signal.aborted && isUnexpected(error);
      if (isReported) report(error, `${request.method} ${new URL(request.url).pathname}`);
      return new Response("internal error; the Worker's log says more\n", { status: 500 });
    }
  },

  /** Removes what nobody uses. Two at once do no harm, and one that breaks off has done what it did. */
  scheduled: async ({ scheduledTime }, env) => {
    const { settings } = deploymentOf(env);
    const keepsQuota = scheduledTime % limits.quotaEveryMs < limits.sweepEveryMs;
    const { sweeper } = openStores(env, keepsQuota ? settings : withoutQuota(settings));
    const shards = shardsAt(scheduledTime, limits.sweepEveryMs, limits.orphanCycleMs);
    const bounds = { maxRows: settings.sweepRows, shards };
    const swept = await sweeper.sweep(bounds, AbortSignal.timeout(limits.sweepEveryMs));
    console.log(JSON.stringify({ message: "swept", ...swept }));
  },
};

export default worker;

function deploymentOf(env: Env): Deployment {
  const known = deployments.get(env);
  if (known !== undefined) return known;
  const settings = readSettings(env);
  const allowances = new Allowances(systemClock);
  const gate = countingGate(gateFor(settings, report), allowances);
  const deployment = { settings, gate, allowances, keptPurges: { asks: 0 } };
  deployments.set(env, deployment);
  return deployment;
}

function withoutQuota(settings: Settings): Settings {
  return { ...settings, quotaBytes: undefined };
}

function report(error: unknown, where: string): void {
  console.error(`internal error in ${where}:`, error);
}
