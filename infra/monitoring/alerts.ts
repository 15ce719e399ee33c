import { limits } from "../../shared/limits.ts";
import { instruments as of } from "../../shared/telemetry/instruments.ts";
import { Queries, sum } from "./promql.ts";

export interface Alert {
  readonly name: string;
  readonly expression: string;
  /** How long it has to hold. */
  readonly for: string;
  /** `critical`: builds fail or are without a cache now. `warning`: they will, unless somebody looks in the next days. */
  readonly severity: "critical" | "warning";
  readonly summary: string;
  /** What it means, and what to do. */
  readonly remedy: string;
}

const q = new Queries({ scope: "", range: "10m" });
const ratio = "{{ $value | humanizePercentage }}";
const time = "{{ $value | humanizeDuration }}";
const server = "{{ $labels.instance }}";
const store = "{{ $labels.store }}";

const leaseSeconds = limits.leaseMs / 1000;

/** How requests end that failed because of us, and not because of what was asked. */
const ours = "INTERNAL|UNAVAILABLE|UNKNOWN|DATA_LOSS|DEADLINE_EXCEEDED";

/** What builds ask before they do anything, and wait for. */
const lookUps = "ActionCache/GetActionResult|ContentAddressableStorage/FindMissingBlobs";

/** How much of a counter has come, in a time. */
const increase = (series: string, over: string): string => `increase(${series}[${over}])`;

const requests: readonly Alert[] = [
  {
    name: "HayloftAbsent",
    expression: `absent(${q.series(of.buildInfo)})`,
    for: "5m",
    severity: "critical",
    summary: "No Hayloft server tells how it is.",
    remedy:
      "None runs, or Prometheus cannot read /metrics. Look whether /readyz answers, and what the log says; /metrics wants a token where the cache does.",
  },
  {
    name: "HayloftRestarts",
    expression: `changes(${q.series(of.startTime)}[1h]) > 3`,
    for: "0m",
    severity: "warning",
    summary: `${server} has been started {{ $value }} times in an hour.`,
    remedy:
      "It ends by itself, or is ended: its log says why. Memory beyond a container's limit leaves no line: raise the limit, or lower --size.",
  },
  {
    name: "HayloftErrors",
    expression: `${q.share(of.requests, { code: { like: ours } }, ["rpc"])} > 0.01`,
    for: "10m",
    severity: "critical",
    summary: `${ratio} of {{ $labels.rpc }} fail.`,
    remedy:
      "The panel `Errors by class` tells what kind they are, and the log names the store and what it said. While they last, builds go on as if nothing were cached, or fail.",
  },
  {
    name: "HayloftSlow",
    expression: `${q.quantile(0.99, of.firstByteSeconds, ["rpc"], { rpc: { like: lookUps } })} > 1`,
    for: "15m",
    severity: "warning",
    summary: `One of a hundred {{ $labels.rpc }} waits longer than ${time}.`,
    remedy:
      "Look at the delay of the event loop and the processor: --workers or more replicas, where they are busy; otherwise at the disk, or at what the cloud says of throttling.",
  },
  {
    name: "HayloftRefusesCredentials",
    expression: `${q.rate(of.errors, ["error"], { error: "denied" })} > 0`,
    for: "5m",
    severity: "critical",
    summary: "S3 or DynamoDB refuses the credentials of the servers.",
    remedy:
      "They have expired, or a right is missing: shared/adapters/aws/README.md lists those that are needed.",
  },
  {
    name: "HayloftHoldsTooMuch",
    expression: `${q.rate(of.errors, ["error"], { error: "resource-exhausted" })} > 0`,
    for: "10m",
    severity: "warning",
    summary: "Requests are refused because others hold all the memory that there is for them.",
    remedy:
      "More clients come at once than one server takes: add replicas, or give the clients who do it an allowance in the access policy.",
  },
];

const space: readonly Alert[] = [
  {
    name: "HayloftFull",
    expression: `${q.rate(of.errors, ["error"], { error: "exhausted" })} > 0`,
    for: "5m",
    severity: "critical",
    summary: "Uploads are refused: all that is stored is under a lease.",
    remedy:
      "Builds write more in three hours than fits. Start with a larger --size (and --reformat yes for a disk store, which empties it). Builds go on, and what they make is not cached.",
  },
  {
    name: "HayloftRetentionShort",
    expression: `0 < ${q.series(of.storeRetentionSeconds)} < ${2 * leaseSeconds}`,
    for: "15m",
    severity: "warning",
    summary: `${server} keeps ${store} that nobody uses for ${time} only.`,
    remedy:
      "Near three hours, which leases take, uploads begin to be refused, and before that much is built again. Give it a larger --size: `hayloft sizing` tells how large.",
  },
  {
    name: "HayloftMapTooSmall",
    expression: `${increase(q.series(of.mapOverflows), "1h")} > 0`,
    for: "0m",
    severity: "warning",
    summary: `${server} has dropped {{ $value | humanize }} ${store} before their time.`,
    remedy:
      "Its key-location map has no room for as many entries as the blocks have: they are smaller than it was made for. Start anew with a smaller average in --geometry.",
  },
  {
    name: "HayloftCorruption",
    expression: `${increase(q.series(of.storeCorruptEntries), "1h")} > 0`,
    for: "0m",
    severity: "warning",
    summary: `${server} has found {{ $value | humanize }} corrupt ${store}.`,
    remedy:
      "They were dropped, and builds upload them again: nothing wrong was served. Bytes on the disk have changed: look at its health (smartctl, dmesg), and replace it where there are more.",
  },
  {
    name: "HayloftCheckpointsSlow",
    expression: `${q.series(of.storeCheckpointSeconds)} > ${limits.checkpointMs / 1000}`,
    for: "15m",
    severity: "warning",
    summary: `${server} takes ${time} to make its ${store} safe.`,
    remedy:
      "The disk writes more slowly than clients upload, or others use it, too. A crash may lose what came since the last checkpoint.",
  },
  {
    name: "HayloftSweepsMissing",
    expression: `${sum(["job"], increase(q.series(of.leasesRenewed), "2d"))} > 0 unless on (job) ${sum(["job"], increase(q.series(of.sweepSeconds, { code: "OK" }, "_count"), "2d"))} > 0`,
    for: "1h",
    severity: "warning",
    summary: "Nothing has been removed from S3 and DynamoDB for two days.",
    remedy:
      "Each server sweeps within an hour of its start, and then every day. Its log says why it failed. Until then everything stays, and is billed.",
  },
];

const processes: readonly Alert[] = [
  {
    name: "HayloftCertificateEnds",
    expression: `0 < ${q.series(of.certificateEnd)} and ${q.series(of.certificateEnd)} - time() < 86400`,
    for: "1h",
    severity: "critical",
    summary: `The certificate of ${server} ends within a day.`,
    remedy:
      "Whatever renews it has not. The files of --tls-cert and --tls-key are looked at every ten seconds: put new ones there, no restart is needed. Where certificates are good for hours only, lower the day in this rule.",
  },
  {
    name: "HayloftFilesNearLimit",
    expression: `${q.series(of.openFiles)} / ${q.series(of.maxFiles)} > 0.8`,
    for: "10m",
    severity: "warning",
    summary: `${server} has ${ratio} of the file descriptors that it may have.`,
    remedy:
      "Beyond the limit connections are refused. Raise LimitNOFILE= or the container's ulimit, or find out who leaves connections open.",
  },
  {
    name: "HayloftMemoryGrows",
    expression: `predict_linear(${q.series(of.residentMemory)}[6h], 86400) > 2 * ${q.series(of.residentMemory)} and time() - ${q.series(of.startTime)} > 43200`,
    for: "2h",
    severity: "warning",
    summary: `${server} will have twice its memory in a day.`,
    remedy:
      "It was started long ago, so that this is no warming up. Compare with the requests under way and the heap; restart it before the system does, and report it.",
  },
  {
    name: "HayloftBusy",
    expression: `${q.series(of.eventLoopDelaySeconds)} > 0.5`,
    for: "10m",
    severity: "warning",
    summary: `A thread of ${server} is late by ${time}.`,
    remedy: "Everything that it serves waits as long. Start with more --workers, or add replicas.",
  },
];

export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

export const alertGroups: readonly AlertGroup[] = [
  { name: "hayloft-requests", alerts: requests },
  { name: "hayloft-space", alerts: space },
  { name: "hayloft-processes", alerts: processes },
];
