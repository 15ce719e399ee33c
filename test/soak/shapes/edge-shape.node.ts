import { readdir, readFile } from "node:fs/promises";
import { limits } from "../../../shared/limits.ts";
import { MIB } from "../../support/bytes.ts";
import { inspectHeap } from "../../support/worker-heap.node.ts";
import { startWorker } from "../../support/worker.node.ts";
import type { SoakAccess } from "./access.node.ts";
import type { SoakedServer } from "./soaked-server.ts";

/** A bucket here is in files of the machine's, and a database in one. */
const UPLOAD_BYTES_PER_SECOND = MIB;

/** miniflare keeps some connections for the cron trigger and its own stores. */
const MINIFLARE_DESCRIPTORS = 16;

const SWEEP_EVERY_MS = 30_000;

/** What tells of trouble in its log, as miniflare prints it. That connections were lost is the load's own doing. */
const TROUBLE =
  /^\{\n\s*level: '(?:warn|error)'[^]*?^\}|^\{"level":"(?:warn|error)".*$|^internal error.*$/gm;

/** The Worker in workerd, with its bucket and its database beside it, and its cron trigger every half minute. */
export async function startEdgeShape(access: SoakAccess): Promise<SoakedServer> {
  const worker = await startWorker({ HAYLOFT_ACCESS: access.policy });
  const pid = await childNamed("workerd");
  let sweeping: Promise<unknown> = Promise.resolve();
  let sweepTrouble = "";
  const sweeps = setInterval(() => {
    const swept = sweeping.then(async () => await worker.sweep());
    sweeping = swept.then(
      (outcome) => (sweepTrouble += outcome === "ok" ? "" : `a sweep ended with ${outcome}\n`),
      (error: unknown) => (sweepTrouble += `a sweep failed: ${String(error)}\n`),
    );
  }, SWEEP_EVERY_MS);
  return {
    url: worker.url,
    address: worker.address,
    pid,
    leaseMs: limits.leaseMs,
    // workerd itself speaks no other; in front of it, Cloudflare does.
    ways: {
      protocols: ["connect", "grpc-web"],
      httpVersion: "1.1",
      resumes: false,
      mostBlobBytes: 4 * MIB,
    },
    uploadBytesPerSecond: UPLOAD_BYTES_PER_SECOND,
    folder: undefined,
    metrics: async () => "",
    liveHeapBytes: async () => {
      using heap = await inspectHeap(worker);
      return await heap.liveBytes();
    },
    log: () => [...(worker.log().match(TROUBLE) ?? []), sweepTrouble].join("\n").trim(),
    ownDescriptors: MINIFLARE_DESCRIPTORS,
    notes:
      "the Worker as it is bundled, in workerd, with tokens and a sweep every half minute. R2 and D1 are miniflare's, in the same process, and count with it",
    [Symbol.asyncDispose]: async () => {
      clearInterval(sweeps);
      await sweeping;
      await worker[Symbol.asyncDispose]();
    },
  };
}

/** The process that this one has started last under the name. */
async function childNamed(name: string): Promise<number> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const { parent } = new RegExp(`\\(${name}\\) \\w (?<parent>\\d+) `).exec(stat)?.groups ?? {};
      return parent === String(process.pid) ? [pid] : [];
    }),
  );
  const pid = found.flat().toSorted((a, b) => b - a)[0];
  if (pid === undefined) throw new Error(`no process ${name} of ours is found in /proc`);
  return pid;
}
