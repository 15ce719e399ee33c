import { MIB } from "../../support/bytes.ts";
import { spreadOf } from "../../support/statistics.ts";
import type { Phase, Sample } from "../sampling/sample.ts";
import { slopeOf } from "./slope.ts";

/** What has to be flat: how much, how it may grow, and what must have gone once the load is over. */
interface Measure {
  readonly name: string;
  readonly unit: "MiB" | "";
  readonly of: (sample: Sample) => number;
  /** What may come on top of the second quarter, at least. */
  readonly slack: number;
  /** Whether it has to be back where it was before the load. */
  readonly returns: boolean;
}

/** More than the second quarter by this share is growth. */
const GROWN_SHARE = 0.05;

export const measures: readonly Measure[] = [
  {
    name: "resident memory",
    unit: "MiB",
    of: ({ residentBytes }) => residentBytes / MIB,
    slack: 16,
    returns: false,
  },
  {
    name: "open descriptors",
    unit: "",
    of: ({ descriptors }) => descriptors,
    slack: 16,
    returns: true,
  },
];

/** How one measure went over a soak. */
export interface Judged {
  readonly measure: Measure;
  readonly before: number;
  /** Medians of the load's quarters. */
  readonly quarters: readonly [number, number, number, number];
  readonly slopePerHour: number;
  readonly after: number;
  /** Why it is not flat; `undefined` where it is. */
  readonly fault: string | undefined;
}

/** How a measure went, of which so much may be left over. Throws where there are too few samples to tell. */
export function judge(measure: Measure, samples: readonly Sample[], mayStay = 0): Judged {
  const load = samples.filter(({ phase }) => phase === "load");
  const quarter = (index: number): number => {
    const [from, to] = [(load.length * index) / 4, (load.length * (index + 1)) / 4];
    return medianOf(measure, load.slice(Math.floor(from), Math.floor(to)));
  };
  const hours = load.map((sample) => [sample.seconds / 3600, measure.of(sample)] as const);
  const judged = {
    measure,
    before: lastOf(measure, samples, "idle before"),
    quarters: [quarter(0), quarter(1), quarter(2), quarter(3)] as const,
    slopePerHour: slopeOf(hours),
    after: lastOf(measure, samples, "idle after"),
  };
  return { ...judged, fault: faultOf(judged, mayStay) };
}

function faultOf(
  { measure, before, quarters, after }: Omit<Judged, "fault">,
  mayStay: number,
): string | undefined {
  const [, second, , last] = quarters;
  const most = second + Math.max(second * GROWN_SHARE, measure.slack);
  if (last > most) {
    return `in the last quarter ${whole(last)}, and ${whole(second)} in the second: more than ${whole(most)} is growth`;
  }
  if (measure.returns && after > before + mayStay) {
    return `${whole(after)} are left when the load is over, and ${whole(before)} were there before it`;
  }
  return undefined;
}

function medianOf(measure: Measure, samples: readonly Sample[]): number {
  const spread = spreadOf(samples.map(measure.of));
  if (spread === undefined) throw new Error("a quarter of the soak has no sample: soak for longer");
  return spread.median;
}

function lastOf(measure: Measure, samples: readonly Sample[], phase: Phase): number {
  const last = samples.findLast((sample) => sample.phase === phase);
  if (last === undefined) throw new Error(`there is no sample of the time that is ${phase}`);
  return measure.of(last);
}

function whole(value: number): string {
  return String(Math.round(value));
}
