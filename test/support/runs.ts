/** How properties run: always the same cases, and few enough to be quick. A failure prints the path that replays it. */
export const runs = { seed: 20_260_101, numRuns: 300 };

/** For properties whose every case moves megabytes or walks a whole tree. */
export const fewRuns = { ...runs, numRuns: 60 };
