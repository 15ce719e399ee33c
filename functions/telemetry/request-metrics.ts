import type { Code } from "@connectrpc/connect";
import { instruments } from "../../shared/telemetry/instruments.ts";
import type { Meter } from "../../shared/telemetry/meter.ts";
import type { CounterSeries, HistogramSeries } from "../../shared/telemetry/series.ts";
import { classOfCode, errorClass } from "../handlers/error-class.ts";
import { codeName } from "./code-names.ts";
import type { Protocol, RequestRecord } from "./request-record.ts";
import type { RequestListener } from "./request-watch.ts";

/** What is counted of the requests that ask for one thing and end in one way. */
interface Ending {
  readonly requests: CounterSeries;
  readonly seconds: HistogramSeries;
  readonly firstByte: HistogramSeries;
}

/** Counts each request by what it was and how it ended, and the entries that it looked up. */
export function requestMetrics(meter: Meter): RequestListener {
  const endingOf = endings(meter);
  return (record) => {
    const { asked, code, startMs, firstByteMs, endMs = startMs } = record;
    const ending = endingOf(asked.protocol, asked.rpc, code);
    ending.requests.count += 1;
    ending.seconds.observe((endMs - startMs) / 1000);
    if (firstByteMs !== undefined) ending.firstByte.observe((firstByteMs - startMs) / 1000);
    if (code !== undefined || record.entryErrors.length > 0) countErrors(meter, record);
    if (record.store !== undefined) countEntries(meter, record);
  };
}

/** Finds them without putting texts together: a hot server asks some hundred thousand times a second. */
function endings(
  meter: Meter,
): (protocol: Protocol, rpc: string, code: Code | undefined) => Ending {
  const known: Record<Protocol, Map<string, Ending[]>> = {
    grpc: new Map(),
    "grpc-web": new Map(),
    connect: new Map(),
    http: new Map(),
  };
  return (protocol, rpc, code) => {
    let byCode = known[protocol].get(rpc);
    if (byCode === undefined) known[protocol].set(rpc, (byCode = []));
    const name = codeName(code);
    return (byCode[code ?? 0] ??= {
      requests: meter.counter(instruments.requests, protocol, rpc, name),
      seconds: meter.histogram(instruments.requestSeconds, rpc, name),
      firstByte: meter.histogram(instruments.firstByteSeconds, rpc, name),
    });
  };
}

function countErrors(meter: Meter, { asked, code, error, entryErrors }: RequestRecord): void {
  const failures = code === undefined ? entryErrors : [error, ...entryErrors];
  for (const failure of failures) {
    const isSilent = failure === undefined && code !== undefined;
    const name = isSilent ? classOfCode(code) : errorClass(failure);
    if (name !== "not-found") meter.counter(instruments.errors, asked.rpc, name).count += 1;
  }
}

function countEntries(meter: Meter, record: RequestRecord): void {
  const { store, verb, hits, misses, bytes, instanceName = "" } = record;
  if (store === undefined || verb === undefined) return;
  const lookups = (result: string): CounterSeries =>
    meter.counter(instruments.lookups, store, verb, instanceName, result);
  if (hits > 0) lookups("hit").count += hits;
  if (misses > 0) lookups("miss").count += misses;
  if (bytes > 0) meter.counter(instruments.entryBytes, store, verb, instanceName).count += bytes;
  if (store === "cas" && verb === "find" && hits + misses > 0) {
    meter.histogram(instruments.findMissingDigests).observe(hits + misses);
    meter.histogram(instruments.findMissingHitRatio).observe(hits / (hits + misses));
  }
  if (store === "ac" && verb === "get") countAction(meter, record);
}

function countAction(meter: Meter, record: RequestRecord): void {
  const { hits, principal, instanceName, client } = record;
  meter.counter(
    instruments.actionLookups,
    instanceName ?? "",
    principal?.subject ?? "",
    client?.mnemonic ?? "",
    hits > 0 ? "hit" : "miss",
  ).count += 1;
}
