import { join } from "node:path";
import type { Latency, LatencyRow } from "../results/measured.ts";
import type { Contestant } from "../servers/bench-server.ts";
import { MIB } from "../../support/bytes.ts";
import { findMissing, read } from "../work/call-items.node.ts";
import { latencyOf } from "./latency-of.ts";
import { type Load, loadOf } from "./load-of.node.ts";
import { folderName, type MeasureOptions } from "./measure-options.ts";
import { attempt, inRounds } from "./rounds.ts";

const smallWidth = { connections: 1, streams: 1 };
const largeWidth = { connections: 2, streams: 1 };

interface Loads {
  readonly small: Load;
  readonly large: Load;
}

/** How long one small call takes while two connections read large blobs. */
export async function measureBusy(
  contestants: readonly Contestant[],
  options: MeasureOptions,
): Promise<LatencyRow> {
  await using closing = new AsyncDisposableStack();
  const { serverCores, loadCores: cores, signal, seconds } = options;
  const loads = new Map<string, Loads>();
  const failures = new Map<string, string>();
  for (const contestant of contestants) {
    const folder = join(options.folder, folderName(contestant.name));
    const reason = await attempt(signal, async () => {
      const start = contestant.start({ folder: join(folder, "data"), cores: serverCores });
      const server = closing.use(await start);
      const loadIn = (name: string) => ({ folder: join(folder, name), cores, signal });
      loads.set(contestant.name, {
        small: await loadOf(findMissing(1, smallWidth, 1), server, loadIn("small")),
        large: await loadOf(read(100 * MIB, 1, 1), server, loadIn("large")),
      });
    });
    if (reason !== undefined) failures.set(contestant.name, reason);
  }
  const found = await inRounds<Loads, Latency>(
    loads,
    options,
    async ({ small, large }, name, round) => {
      options.progress(
        `small calls beside large reads: ${name}, round ${round} of ${options.rounds}`,
      );
      const [result] = await Promise.all([
        small({ width: smallWidth, seconds, timed: true }),
        large({ width: largeWidth, seconds: seconds + 0.5, timed: false }),
      ]);
      return latencyOf(result);
    },
  );
  return {
    width: smallWidth,
    samples: found.results,
    failures: new Map([...failures, ...found.failures]),
  };
}
