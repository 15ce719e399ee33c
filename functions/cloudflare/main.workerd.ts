import { systemClock } from "../../shared/clock.ts";
import { workerdZstd } from "../../shared/compression/zstd.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { limits } from "../../shared/limits.ts";
import type { KeptPurges } from "../../shared/stores/purge-list.ts";
import { shardsAt } from "../../shared/stores/indexed/sweeper.ts";
import { type KeptHealth, StoreHealth } from "../handlers/store-health.ts";
import { isUnexpected } from "../handlers/status.ts";
import { Allowances, countingGate } from "../access/allowances.ts";
import type { Gate } from "../access/caller.ts";
import { Log } from "../../shared/telemetry/log.ts";
import { functionLog } from "../telemetry/function-log.ts";
import type { ReportError } from "../telemetry/report-error.ts";
import { RequestWatch } from "../telemetry/request-watch.ts";
import { timedSweep } from "../telemetry/timed-sweep.ts";
import { compose, gateFor } from "./compose.ts";
import type { Env } from "./env.workerd.ts";
import { IsolateBudget } from "./isolate-budget.ts";
import { IsolateMetrics } from "./isolate-metrics.workerd.ts";
import { atEdge, openStores } from "./open-stores.workerd.ts";
import { serveRequest } from "./serve-request.workerd.ts";
import { readSettings, type Settings } from "./settings.ts";
import { writeEntry } from "./write-entry.workerd.ts";

const budgets = new IsolateBudget();

/** What its variables make of an isolate. */
interface Deployment {
  readonly settings: Settings;
  readonly gate: Gate;
  readonly allowances: Allowances;
  readonly keptPurges: KeptPurges;
  readonly keptHealth: KeptHealth;
  readonly metrics: IsolateMetrics;
  readonly watch: RequestWatch;
  readonly report: ReportError;
}

/** An isolate keeps its variables, and each request would hash the tokens again. */
const deployments = new WeakMap<Env, Deployment>();

const worker: ExportedHandler<Env> = {
  fetch: async (request, env, context) => {
    try {
      const { settings, gate, allowances, keptPurges, keptHealth, metrics, watch, report } =
        deploymentOf(env);
      metrics.attend(context);
      const { blobs, actions, chunkLists, purges, probes } = openStores(
        env,
        settings,
        metrics.outlet.meter,
      );
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
        watch,
        budget: budgets.at(systemClock.now()),
        storeHealth: new StoreHealth({ probes, clock: systemClock, report, kept: keptHealth }),
      });
      return await serveRequest(request, handler);
    } catch (error) {
      // A client that has gone concerns nobody.
      const isReported = !request.signal.aborted && isUnexpected(error);
      if (isReported) reportOf(env)(error, `${request.method} ${new URL(request.url).pathname}`);
      return new Response("internal error; the Worker's log says more\n", { status: 500 });
    }
  },

  /** Removes what nobody uses. Two at once do no harm, and one that breaks off has done what it did. */
  scheduled: async ({ scheduledTime }, env) => {
    const { settings, metrics } = deploymentOf(env);
    const { meter } = metrics.outlet;
    const keepsQuota = scheduledTime % limits.quotaEveryMs < limits.sweepEveryMs;
    const { sweeper } = openStores(env, keepsQuota ? settings : withoutQuota(settings), meter);
    const shards = shardsAt(scheduledTime, limits.sweepEveryMs, limits.orphanCycleMs);
    const bounds = { maxRows: settings.sweepRows, shards };
    const signal = AbortSignal.timeout(limits.sweepEveryMs);
    try {
      const swept = await timedSweep(() => sweeper.sweep(bounds, signal), meter);
      new Log({ level: settings.logLevel ?? "info", write: writeEntry }).say("info", "swept", {
        ...swept,
      });
    } finally {
      metrics.outlet.tell();
    }
  },
};

export default worker;

function deploymentOf(env: Env): Deployment {
  const known = deployments.get(env);
  if (known !== undefined) return known;
  const settings = readSettings(env);
  const allowances = new Allowances(systemClock);
  // Cloudflare bills each line beyond those of the plan as a part of a request.
  const { troubles, listener } = functionLog(settings.logLevel ?? "warn", writeEntry);
  const { report } = troubles;
  const gate = countingGate(gateFor(settings, report), allowances);
  const metrics = new IsolateMetrics(env.METRICS);
  const deployment = {
    settings,
    gate,
    allowances,
    keptPurges: { asks: 0 },
    keptHealth: {},
    metrics,
    watch: new RequestWatch([...metrics.outlet.listeners, listener]),
    report,
  };
  deployments.set(env, deployment);
  return deployment;
}

function withoutQuota(settings: Settings): Settings {
  return { ...settings, quotaBytes: undefined };
}

/** Variables that make no deployment are trouble, too. */
function reportOf(env: Env): ReportError {
  return deployments.get(env)?.report ?? functionLog("warn", writeEntry).troubles.report;
}
