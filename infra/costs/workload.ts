import { daysKept, daysPerListing } from "./retention.ts";

/** Blobs of about one size, and what share of all blobs they are. */
export interface SizeClass {
  readonly what: string;
  readonly bytes: number;
  readonly share: number;
}

/** What a team asks of its cache. What is assumed, and not the arithmetic, decides what it costs. */
export interface Workload {
  readonly buildsPerDay: number;
  /** Actions that a build looks up. */
  readonly actionsPerBuild: number;
  /** The share of them whose results are in the cache; the others are executed, and their results uploaded. */
  readonly hitShare: number;
  /** Files that an action writes. Its Action and its Command are uploaded, too. */
  readonly outputsPerAction: number;
  /** The share of the uploaded digests that the cache did not have. */
  readonly newShare: number;
  /** Blobs that a build downloads, of all sizes alike: few, since builds do without most of the bytes. */
  readonly readsPerBuild: number;
  /** On how many days after its first an action is used again, on average. */
  readonly daysUsedAgain: number;
  /** Days from the first to the last use. */
  readonly daysInUse: number;
  /** Bytes of one action result in its row, the list of its outputs included. */
  readonly actionBytes: number;
  readonly sizes: readonly SizeClass[];
  /** How often every object's name is listed, and its row looked up, to find those that no row names. */
  readonly daysPerListing: number;
}

/** Fifty people and their CI, building with Bazel and without the bytes. */
export const team: Workload = {
  buildsPerDay: 2000,
  actionsPerBuild: 500,
  hitShare: 0.9,
  outputsPerAction: 3,
  newShare: 0.8,
  readsPerBuild: 100,
  daysUsedAgain: 1,
  daysInUse: 2,
  actionBytes: 1000,
  sizes: [
    { what: "Action messages", bytes: 200, share: 0.25 },
    { what: "short texts", bytes: 1000, share: 0.1 },
    { what: "short Command messages", bytes: 1600, share: 0.1 },
    { what: "long Command messages", bytes: 3600, share: 0.1 },
    { what: "dependency files, sources", bytes: 12_000, share: 0.25 },
    { what: "object files", bytes: 150_000, share: 0.19 },
    { what: "libraries, programs", bytes: 5_000_000, share: 0.01 },
  ],
  daysPerListing,
};

/** Action and Command. */
const MESSAGES_PER_ACTION = 2;

/** What happens on a day, once as much is swept as is uploaded. */
export interface Day {
  readonly lookUps: number;
  readonly hits: number;
  /** Actions executed, and their results stored. */
  readonly executed: number;
  /** Digests in FindMissingBlobs. */
  readonly digestsAsked: number;
  readonly newBlobs: number;
  readonly reads: number;
  /** Actions of earlier days that are used. */
  readonly olderActions: number;
  readonly requests: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Blobs and action results that are kept. */
  readonly liveBlobs: number;
  readonly liveActions: number;
}

export function dayOf(workload: Workload): Day {
  const lookUps = workload.buildsPerDay * workload.actionsPerBuild;
  const hits = lookUps * workload.hitShare;
  const executed = lookUps - hits;
  const digestsAsked = executed * (workload.outputsPerAction + MESSAGES_PER_ACTION);
  const newBlobs = digestsAsked * workload.newShare;
  const reads = workload.buildsPerDay * workload.readsPerBuild;
  const meanBytes = meanOf(workload, ({ bytes }) => bytes);
  const lifeDays = workload.daysInUse + daysKept;
  return {
    lookUps,
    hits,
    executed,
    digestsAsked,
    newBlobs,
    reads,
    olderActions: executed * workload.daysUsedAgain,
    // A look-up each, a FindMissingBlobs and an UpdateActionResult for each execution, and the blobs one by one.
    requests: lookUps + 2 * executed + newBlobs + reads,
    uploadedBytes: newBlobs * meanBytes + executed * workload.actionBytes,
    downloadedBytes: reads * meanBytes + hits * workload.actionBytes,
    liveBlobs: newBlobs * lifeDays,
    liveActions: executed * lifeDays,
  };
}

/** The mean over all blobs. */
export function meanOf({ sizes }: Workload, value: (size: SizeClass) => number): number {
  return sizes.reduce((total, size) => total + size.share * value(size), 0);
}
