import type { DataPoint } from "../../functions/cloudflare/data-points.ts";
import { bundle, startWorker, type TestWorker } from "./worker.node.ts";

/** A Worker with a dataset in the place of Analytics Engine's, which a local runtime only pretends to have. */
export interface MeasuredWorker extends AsyncDisposable {
  readonly worker: TestWorker;
  /** What was written until now. */
  points(): Promise<readonly DataPoint[]>;
}

const POINTS = "/points-that-were-written";

const main = `
import hayloft from "./hayloft.js";
const points = [];
let known;
const METRICS = { writeDataPoint: (point) => void points.push(point) };
const measured = (env) => (known ??= { ...env, METRICS });
export default {
  fetch: (request, env, context) =>
    new URL(request.url).pathname === "${POINTS}"
      ? Response.json(points)
      : hayloft.fetch(request, measured(env), context),
  scheduled: (event, env, context) => hayloft.scheduled(event, measured(env), context),
};`;

export async function startMeasuredWorker(): Promise<MeasuredWorker> {
  const worker = await startWorker({ HAYLOFT_OPEN: "1" }, [
    { path: "main.js", contents: main },
    { path: "hayloft.js", contents: await bundle() },
  ]);
  return {
    worker,
    points: async () =>
      (await (await fetch(`${worker.url}${POINTS}`)).json()) as readonly DataPoint[],
    [Symbol.asyncDispose]: async () => await worker[Symbol.asyncDispose](),
  };
}
