import type { TroubleKind } from "./trouble.ts";

/** What a process of the load has done so far, as it tells the soak. */
export interface Counts {
  /** Requests by the work that made them. */
  readonly requests: Readonly<Record<string, number>>;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Blobs and action results that were found as promised. */
  readonly promisesKept: number;
  readonly troubles: Readonly<Partial<Record<TroubleKind, number>>>;
  /** The first troubles, in words. */
  readonly examples: readonly string[];
}

export const nothing: Counts = {
  requests: {},
  uploadedBytes: 0,
  downloadedBytes: 0,
  promisesKept: 0,
  troubles: {},
  examples: [],
};

/** One soak keeps as many in words; the rest are alike. */
const MOST_EXAMPLES = 20;

/** Counts up what a load does. */
export class Tally {
  #counts: Counts = nothing;

  get counts(): Counts {
    return this.#counts;
  }

  request(work: string): void {
    this.#add({ ...nothing, requests: { [work]: 1 } });
  }

  uploaded(bytes: number): void {
    this.#add({ ...nothing, uploadedBytes: bytes });
  }

  downloaded(bytes: number): void {
    this.#add({ ...nothing, downloadedBytes: bytes });
  }

  promisesKept(count: number): void {
    this.#add({ ...nothing, promisesKept: count });
  }

  trouble(kind: TroubleKind, example: string): void {
    this.#add({ ...nothing, troubles: { [kind]: 1 }, examples: [`${kind}: ${example}`] });
  }

  #add(counts: Counts): void {
    this.#counts = sumOf([this.#counts, counts]);
  }
}

/** What several processes have done together. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum = (pick: (counts: Counts) => number): number =>
    all.reduce((total, counts) => total + pick(counts), 0);
  return {
    requests: sumByName(all.map(({ requests }) => requests)),
    uploadedBytes: sum(({ uploadedBytes }) => uploadedBytes),
    downloadedBytes: sum(({ downloadedBytes }) => downloadedBytes),
    promisesKept: sum(({ promisesKept }) => promisesKept),
    troubles: sumByName(all.map(({ troubles }) => troubles)),
    examples: all.flatMap(({ examples }) => examples).slice(0, MOST_EXAMPLES),
  };
}

/** All of them together. */
export function totalOf(byName: Readonly<Record<string, number>>): number {
  return Object.values(byName).reduce((sum, count) => sum + count, 0);
}

function sumByName(
  all: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap((one) => Object.entries(one))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
