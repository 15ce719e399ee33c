import { limits } from "../../../shared/limits.ts";

/** What is used is copied as it gets old, at most once in half a turn of the store: room for that. */
export const COPIES = 1.2;

/** A day's builds come within these. */
export const WORKING_HOURS = 8;

export const LEASE_HOURS: number = limits.leaseMs / (60 * 60 * 1000);

export const DAY_SECONDS = 86_400;

/** Of what is written on a day, what its busiest hours write within one lease. */
export function leaseBytesOf(bytesPerDay: number): number {
  return (bytesPerDay * LEASE_HOURS) / WORKING_HOURS;
}
