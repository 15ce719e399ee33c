import { describe, it } from "vitest";
import { read, sources } from "./repository.node.ts";

const MAX_LINES = 400;
const MAX_MEDIAN_LINES = 150;

const lines = new Map(sources.map((path) => [path, read(path).split("\n").length - 1]));

describe("sizes", () => {
  it(`no file written by hand is longer than ${MAX_LINES} lines`, ({ expect }) => {
    const long = [...lines].filter(([, count]) => count > MAX_LINES);
    expect(long).toEqual([]);
  });

  it(`half of the files are at most ${MAX_MEDIAN_LINES} lines long`, async ({
    annotate,
    expect,
  }) => {
    const sorted = [...lines.values()].toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    await annotate(`${sorted.length} files, median ${median} lines`);
    expect(median).toBeLessThanOrEqual(MAX_MEDIAN_LINES);
  });
});
