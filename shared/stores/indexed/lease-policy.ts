import { limits } from "../../limits.ts";
import type { Renewal } from "./blob-index.ts";

/** The times and sizes that an indexed store lives by; all times in milliseconds. */
export interface LeasePolicy {
  /** What is promised: how long a blob stays readable after an answer that relied on it. */
  readonly leaseMs: number;
  /** How long a renewed lease serves before it is due again: about the time between two writes of a row in use. */
  readonly renewEveryMs: number;
  /** The longest that a request to the index may take to have its effect, or never have it. */
  readonly requestDelayMs: number;
  /** How far the clock of any machine that takes part may be from the true time. */
  readonly clockSkewMs: number;
  /** How long after its beginning an upload may be committed. */
  readonly uploadWindowMs: number;
  /** How long what nobody uses is kept after its lease has ended, where no quota drives it out. */
  readonly keepMs: number;
  /** Bytes of content that are kept: more are swept, those with the oldest leases first, as soon as no lease holds them. */
  readonly quotaBytes?: number;
  /** The largest blob that lives in its row. */
  readonly inlineBytes: number;
  /** The largest action result, with the list of what it refers to, that lives in its row. */
  readonly inlineActionBytes: number;
  /** The smallest blob that may be there as a list of chunks. */
  readonly splicedBytes: number;
}

export const defaultPolicy: LeasePolicy = {
  leaseMs: limits.leaseMs,
  renewEveryMs: limits.renewEveryMs,
  requestDelayMs: limits.indexDelayMs,
  clockSkewMs: limits.clockSkewMs,
  uploadWindowMs: limits.uploadWindowMs,
  keepMs: limits.keepMs,
  inlineBytes: limits.inlineBytes,
  inlineActionBytes: limits.inlineActionBytes,
  splicedBytes: limits.splicedBytes,
};

/** What makes an answer of now a promise kept: a lease that ends before `dueMs` may end too soon after the answer has arrived. */
export function renewalAt(nowMs: number, policy: LeasePolicy): Renewal {
  const dueMs = nowMs + policy.leaseMs + policy.requestDelayMs;
  return { dueMs, untilMs: dueMs + policy.renewEveryMs };
}

/** What a sweep at `nowMs` may remove: leases that ended before are over by every clock. */
export function endedForAll(nowMs: number, { clockSkewMs }: LeasePolicy): number {
  return nowMs - 2 * clockSkewMs;
}

/** Uploads that began before can no longer be committed, by any clock. */
export function uploadsOverBefore(nowMs: number, policy: LeasePolicy): number {
  return nowMs - policy.uploadWindowMs - policy.requestDelayMs - 2 * policy.clockSkewMs;
}
