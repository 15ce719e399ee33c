import { expect, test } from "vitest";
import { topFrames } from "./top-frames.ts";

const frame = (id: number, functionName: string, url: string, lineNumber = 0) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});

test("frames of all profiles are added up, and idle time is none", () => {
  const nodes = [
    frame(1, "(idle)", ""),
    frame(2, "hash", "file:///somewhere/shared/digest/hasher.ts", 9),
    frame(3, "", "node:net", 4),
    // Called from elsewhere, it is the same function.
    frame(4, "hash", "file:///somewhere/shared/digest/hasher.ts", 9),
  ];
  const one = { nodes, samples: [1, 2, 3], timeDeltas: [5000, 20, 30] };
  const other = { nodes, samples: [4], timeDeltas: [50] };
  expect(topFrames([one, other], 5)).toEqual([
    { name: "hash", place: "shared/digest/hasher.ts:10", share: 0.7 },
    { name: "(anonymous)", place: "node:net:5", share: 0.3 },
  ]);
  expect(topFrames([one, other], 1)).toHaveLength(1);
});
