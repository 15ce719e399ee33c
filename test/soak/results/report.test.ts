import { expect, test } from "vitest";
import { MIB } from "../../support/bytes.ts";
import { nothing } from "../load/tally.ts";
import { madeUpReport } from "./made-up-report.ts";
import { madeUpSamples } from "./made-up-samples.ts";
import { reportText } from "./markdown.ts";
import { faultsOf } from "./report.ts";

test("a soak in which all went well has no fault, and says so", () => {
  const text = reportText(madeUpReport());
  expect(faultsOf(madeUpReport())).toEqual([]);
  expect(text).toContain("**Flat**");
  expect(text).toMatch(
    /^\| resident memory +\| +100 MiB \| +200 MiB \| +200 MiB \| +200 MiB \| +200 MiB \| +\+0.0 MiB \| +180 MiB \|$/m,
  );
  expect(text).toMatch(/^\| FindMissingBlobs +\| +200 \|$/m);
});

test.for([
  {
    title: "memory that grows",
    changes: {
      samples: madeUpSamples((minute) => ({ mebibytes: 200 + minute, descriptors: 60 }), {
        mebibytes: 180,
        descriptors: 30,
      }),
    },
    fault:
      "resident memory: in the last quarter 252, and 222 in the second: more than 238 is growth",
  },
  {
    title: "an isolate that keeps what it should not",
    changes: { liveHeapBytes: { before: 6 * MIB, after: 23 * MIB } },
    fault: "live heap: 17 MiB more than before the load are alive after it",
  },
  {
    title: "a wrong byte",
    changes: { counts: { ...nothing, troubles: { "wrong bytes": 1 } } },
    fault: "wrong bytes: 1 times",
  },
  {
    title: "a build that complains",
    changes: { builds: [{ name: "Bazel", built: 5, troubles: ["it complains"] }] },
    fault: "Bazel: it complains",
  },
  {
    title: "a server that complains",
    changes: { log: "trouble" },
    fault: "the server told of trouble in its log",
  },
  {
    title: "a soak that was stopped",
    changes: { isWhole: false },
    fault: "it was stopped before its time was over",
  },
])("$title is a fault", ({ changes, fault }) => {
  expect(faultsOf(madeUpReport(changes))).toEqual([fault]);
  expect(reportText(madeUpReport(changes))).toContain(`**Not good**:\n\n- ${fault}`);
});
