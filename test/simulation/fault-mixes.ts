import type { Faults } from "./faults.ts";

const none: Faults = { errors: 0, damage: 0, latency: 4 };

/** What the store has to live with, by a name that a command line can carry. Crashes are in all of them. */
export const faultMixes = {
  crashes: none,
  errors: { ...none, errors: 0.01 },
  damage: { ...none, damage: 0.002 },
  everything: { errors: 0.01, damage: 0.002, latency: 8 },
  threads: { ...none, threads: 2 },
  "threads-and-everything": { errors: 0.01, damage: 0.002, latency: 8, threads: 3 },
} as const satisfies Record<string, Faults>;

/** Steps of one run: more runs find more than longer ones. */
export const stepsPerRun = 300;
