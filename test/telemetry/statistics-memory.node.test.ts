import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { everyInstance } from "../../shared/digest/instance-glob.ts";
import { limits } from "../../shared/limits.ts";
import { Statistics } from "../../shared/telemetry/statistics/statistics.ts";
import { MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { seen } from "./seen.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

interface Names {
  readonly size: string;
  readonly name: (text: string) => string;
  readonly instance: (text: string) => string;
  readonly mnemonics: number;
  /** In MiB. */
  readonly most: number;
}

/** A text of which the engine may keep no more than where it lies in a much longer one. */
function partOfLong(text: string, length: number): string {
  return [text.padEnd(length, "\u0436"), filling].join("").slice(0, length);
}

const filling = "x".repeat(4096);

test.for<Names>([
  {
    size: "as builds have them",
    name: (text) => `${text} and some`,
    instance: () => "main",
    mnemonics: 10,
    most: 8,
  },
  {
    size: "as long as may be",
    name: (text) => partOfLong(text, limits.metadataTextLength),
    instance: (text) => partOfLong(text, limits.instanceNameLength),
    mnemonics: limits.statisticsMnemonics,
    most: 80,
  },
])(
  "statistics take at most $most MiB of a thread, with names $size",
  ({ name, instance, mnemonics, most }) => {
    const headers = Array.from({ length: limits.statisticsHeaders }, (_, index) => `x-${index}`);
    const before = heapUsed();
    const statistics = new Statistics(new ManualClock(), headers);
    for (let round = 0; round < limits.statisticsSubjects; round++) {
      const invocation = {
        instance: instance(`instance ${round}`),
        principal: name(`principal ${round}`),
        invocationId: name(`invocation ${round}`),
      };
      const client = { tool: name(`tool ${round}`), target: name(`target ${round}`) };
      const header = (of: string): string => name(`${of} ${round}`);
      statistics.count(seen({ ...invocation, ...client, header }));
      for (let index = 0; index < mnemonics; index++) {
        statistics.count(seen({ ...invocation, mnemonic: name(`mnemonic ${round} ${index}`) }));
      }
    }
    const taken = heapUsed() - before;
    const tools = statistics.read({ kind: "tool", instances: everyInstance });
    expect(tools).toHaveLength(limits.statisticsSubjects);
    expect(taken).toBeLessThan(most * MIB);
  },
);
