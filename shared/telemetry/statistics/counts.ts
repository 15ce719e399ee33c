/** What is counted of the requests that one subject has: plain data, so that threads can tell each other. */
export interface Counts {
  actionHits: number;
  actionMisses: number;
  actionsWritten: number;
  blobsFound: number;
  blobsMissing: number;
  blobsRead: number;
  bytesRead: number;
  blobsWritten: number;
  bytesWritten: number;
  requests: number;
  errors: number;
  firstSeenMs: number;
  lastSeenMs: number;
}

/** Those of a subject that is about to be seen. */
export function noCounts(nowMs: number): Counts {
  return {
    actionHits: 0,
    actionMisses: 0,
    actionsWritten: 0,
    blobsFound: 0,
    blobsMissing: 0,
    blobsRead: 0,
    bytesRead: 0,
    blobsWritten: 0,
    bytesWritten: 0,
    requests: 0,
    errors: 0,
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
  };
}

/** Those of two subjects, or of one in two threads, together. */
export function sumOf(one: Counts, other: Counts): Counts {
  return {
    actionHits: one.actionHits + other.actionHits,
    actionMisses: one.actionMisses + other.actionMisses,
    actionsWritten: one.actionsWritten + other.actionsWritten,
    blobsFound: one.blobsFound + other.blobsFound,
    blobsMissing: one.blobsMissing + other.blobsMissing,
    blobsRead: one.blobsRead + other.blobsRead,
    bytesRead: one.bytesRead + other.bytesRead,
    blobsWritten: one.blobsWritten + other.blobsWritten,
    bytesWritten: one.bytesWritten + other.bytesWritten,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    firstSeenMs: Math.min(one.firstSeenMs, other.firstSeenMs),
    lastSeenMs: Math.max(one.lastSeenMs, other.lastSeenMs),
  };
}

/** Look-ups of action results, hit or miss. */
export function actionLookups({ actionHits, actionMisses }: ActionCounts): number {
  return actionHits + actionMisses;
}

/** The same numbers of a part of the requests. */
export type ActionCounts = Pick<Counts, "actionHits" | "actionMisses">;
