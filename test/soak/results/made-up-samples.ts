import { MIB } from "../../support/bytes.ts";
import type { Sample } from "../sampling/sample.ts";

interface Shown {
  readonly mebibytes: number;
  readonly descriptors: number;
}

/** An hour of one sample in a minute, with as much memory and as many descriptors as are said for each. */
export function madeUpSamples(during: (minute: number) => Shown, after: Shown): readonly Sample[] {
  const idle = { mebibytes: 100, descriptors: 30 };
  return [
    sample("idle before", -1, idle),
    ...Array.from({ length: 60 }, (_, minute) => sample("load", minute, during(minute))),
    sample("idle after", 61, after),
  ];
}

function sample(phase: Sample["phase"], minute: number, { mebibytes, descriptors }: Shown): Sample {
  return {
    phase,
    seconds: minute * 60,
    residentBytes: mebibytes * MIB,
    descriptors,
    threads: 12,
    cpuSeconds: 15 * minute,
    heapBytes: (mebibytes * MIB) / 4,
    storedBytes: minute * 20 * MIB,
    counts: {
      requests: minute * 6000,
      uploadedBytes: minute * 100 * MIB,
      downloadedBytes: minute * 400 * MIB,
      promisesKept: minute * 50_000,
      troubles: {},
    },
    builds: minute,
  };
}
