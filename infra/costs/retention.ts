import { limits } from "../../shared/limits.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a row stays after its last use, in days: a renewed lease, and what is kept after that. */
export const daysKept: number =
  (limits.leaseMs + limits.indexDelayMs + limits.renewEveryMs + limits.keepMs) / DAY_MS;

/** Between two looks at every object, for orphans, in days. */
export const daysPerListing: number = limits.orphanCycleMs / DAY_MS;

/** A month, as bills have it. */
export const DAYS_A_MONTH = 30;
