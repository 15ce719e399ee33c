import type { LeasePolicy } from "../../../shared/stores/indexed/lease-policy.ts";
import type { Random } from "../../support/random.ts";
import { inlineBytes, splicedBytes } from "./universe.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A policy as an operator might choose it, often at the edge of what `limits.ts` allows. */
export function drawPolicy(random: Random): LeasePolicy {
  const leaseMs = random.pick([20 * MINUTE_MS, 3 * HOUR_MS]);
  const renewEveryMs = random.pick([11 * MINUTE_MS, 2 * HOUR_MS]);
  const clockSkewMs = random.pick([MINUTE_MS, 5 * MINUTE_MS]);
  const longestWindowMs = leaseMs + renewEveryMs - 2 * clockSkewMs;
  const quotas = [{}, { quotaBytes: 0 }, { quotaBytes: 5000 }];
  return {
    leaseMs,
    renewEveryMs,
    requestDelayMs: random.pick([MINUTE_MS, 5 * MINUTE_MS]),
    clockSkewMs,
    uploadWindowMs: random.pick([20 * MINUTE_MS, longestWindowMs]),
    keepMs: random.pick([0, 30 * MINUTE_MS, 10 * HOUR_MS]),
    inlineBytes,
    inlineActionBytes: random.pick([100, 1000]),
    splicedBytes,
    ...random.pick(quotas),
  };
}
