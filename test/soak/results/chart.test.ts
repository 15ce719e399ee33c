import { expect, test } from "vitest";
import { chart } from "./chart.ts";
import { madeUpReport } from "./made-up-report.ts";

const drawn = chart(madeUpReport());

test("there is a curve of memory, of the heap and of descriptors, with a point for each sample", () => {
  const curves = [
    ...drawn.matchAll(/<polyline class="curve (?<kind>\w+)" points="(?<points>[^"]+)"/g),
  ];
  expect(curves.map(({ groups }) => groups?.["kind"])).toEqual(["one", "other", "one"]);
  for (const { groups } of curves) expect(groups?.["points"]?.split(" ")).toHaveLength(62);
});

test("what a server does not tell is not drawn", () => {
  const { samples, ...report } = madeUpReport();
  const silent = samples.map(({ heapBytes: _heapBytes, ...sample }) => sample);
  expect(chart({ ...report, samples: silent }).match(/<polyline/g)).toHaveLength(2);
});

test("it says when the load began and ended, and of what it is", () => {
  expect(drawn.match(/<line class="edge"/g)).toHaveLength(4);
  expect(drawn).toContain("2 cores of &lt;a processor>");
  expect(drawn).toContain("@media (prefers-color-scheme: dark)");
});
