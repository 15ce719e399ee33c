import { inlineBytes } from "./threshold.ts";
import { team, type Workload } from "./workload.ts";

/** One assumption, changed. */
export interface Variation {
  readonly what: string;
  readonly workload: Workload;
  readonly inlineBytes: number;
}

function changed(what: string, change: Partial<Workload>): Variation {
  return { what, workload: { ...team, ...change }, inlineBytes };
}

const larger = team.sizes.map((size) => ({ ...size, bytes: 2 * size.bytes }));

/** Each of them twice what is assumed. */
export const doublings: readonly Variation[] = [
  changed("twice the actions in a build", { actionsPerBuild: 2 * team.actionsPerBuild }),
  changed("twice the misses", { hitShare: 1 - 2 * (1 - team.hitShare) }),
  changed("twice the outputs of an action", { outputsPerAction: 2 * team.outputsPerAction }),
  changed("blobs twice as large", { sizes: larger }),
  changed("twice the downloads", { readsPerBuild: 2 * team.readsPerBuild }),
  changed("twice the days of use", { daysUsedAgain: 2 * team.daysUsedAgain }),
];

export const otherVariations: readonly Variation[] = [
  changed("builds that download everything: ten times the downloads", {
    readsPerBuild: 10 * team.readsPerBuild,
  }),
  changed("everything kept 14 days longer", { daysInUse: team.daysInUse + 14 }),
  changed("orphans looked for every day", { daysPerListing: 1 }),
  { what: "no blob in its row", workload: team, inlineBytes: 0 },
];
