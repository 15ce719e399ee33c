import { nothing } from "../load/tally.ts";
import { madeUpSamples } from "./made-up-samples.ts";
import type { SoakReport } from "./report.ts";

/** A soak in which all went well, but for what is said. */
export function madeUpReport(changes: Partial<SoakReport> = {}): SoakReport {
  return {
    shape: "node",
    date: "2026-11-21",
    machine: "2 cores of <a processor>",
    commit: "abc1234",
    notes: "a made-up server",
    ownDescriptors: 0,
    minutes: 60,
    isWhole: true,
    samples: madeUpSamples(() => ({ mebibytes: 200, descriptors: 60 }), {
      mebibytes: 180,
      descriptors: 30,
    }),
    counts: { ...nothing, requests: { FindMissingBlobs: 200, "GET of a blob": 100 } },
    builds: [{ name: "Bazel", built: 5, troubles: [] }],
    liveHeapBytes: undefined,
    log: "",
    ...changes,
  };
}
