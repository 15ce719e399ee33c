import { join } from "node:path";
import type { Cell, Latency, LatencyRow, Row, Sample } from "../results/measured.ts";
import type { Contestant } from "../servers/bench-server.ts";
import { needsHttp, type WorkItem } from "../work/work-item.node.ts";
import { folderName, type MeasureOptions } from "./measure-options.ts";
import { middleHalf } from "../../support/statistics.ts";
import { attempt, inRounds } from "./rounds.ts";
import { openStation, type Station } from "./station.node.ts";

const MOST_APART = 1.25;

/** Measures all contestants in one work item, one after the other in each round. One that fails has its reason in its cell. */
export async function measureItem(
  contestants: readonly Contestant[],
  work: WorkItem,
  options: MeasureOptions,
): Promise<Row> {
  await using closing = new AsyncDisposableStack();
  const { seconds, rounds, progress } = options;
  const stations = new Map<string, Station>();
  const cells = new Map<string, Cell>();
  for (const contestant of contestants) {
    const { name } = contestant;
    progress(`${work.name}: ${name} starts`);
    const reason = await attempt(options.signal, async () => {
      if (needsHttp(work) && !contestant.hasHttp) throw new Error("has no HTTP cache");
      const station = closing.use(
        await openStation(contestant, work, {
          ...options,
          folder: join(options.folder, folderName(name)),
        }),
      );
      const warmUp = { width: work.width, seconds: seconds / 2 };
      for (let run = 0; run < options.warmUps; run++) await station.warmUp(warmUp);
      stations.set(name, station);
    });
    if (reason !== undefined) cells.set(name, { skipped: reason });
  }
  const samples = await inRounds<Station, Sample>(
    stations,
    { ...options, further: { atMost: options.mostRounds, differ: differInRate } },
    async (station, name, round) => {
      progress(`${work.name}: ${name}, round ${round} of ${Math.max(round, rounds)}`);
      return await station.sample({ width: work.width, seconds });
    },
  );
  const latencies: LatencyRow[] = [];
  for (const width of work.latency ? options.latencyWidths : []) {
    const found = await inRounds<Station, Latency>(
      stations,
      options,
      async (station, name, round) => {
        const atOnce = width.connections * width.streams;
        progress(`${work.name}: ${name}, ${atOnce} at once, round ${round} of ${rounds}`);
        return await station.latency({ width, seconds });
      },
    );
    latencies.push({ width, samples: found.results, failures: found.failures });
  }
  for (const [name, station] of stations) {
    const skipped = samples.failures.get(name);
    const found = samples.results.get(name) ?? [];
    cells.set(
      name,
      skipped === undefined
        ? { samples: found, peakBytes: await station.peakBytes() }
        : { skipped },
    );
  }
  return { name: work.name, unit: work.unit, goal: work.goal, cells, latencies };
}

/** Where the machine was slow for a while, a round or two tell of that alone. */
function differInRate(samples: readonly Sample[]): boolean {
  const rates = samples.map(({ requestsPerSecond }) => requestsPerSecond);
  const middle = middleHalf(rates);
  return middle !== undefined && middle.max > MOST_APART * middle.min;
}
