/** What a .cpuprofile of V8 says, as far as it is looked at here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Frame {
  readonly name: string;
  /** File and line. */
  readonly place: string;
  /** Of the time that was not idle. */
  readonly share: number;
}

/** The functions in which most time was spent, callees not counted, of all profiles together. */
export function topFrames(profiles: readonly CpuProfile[], count: number): readonly Frame[] {
  const micros = new Map<string, number>();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const labels = new Map(nodes.map(({ id, callFrame }) => [id, labelOf(callFrame)]));
    for (const [index, id] of samples.entries()) {
      const label = labels.get(id) ?? IDLE;
      micros.set(label, (micros.get(label) ?? 0) + (timeDeltas[index] ?? 0));
    }
  }
  micros.delete(IDLE);
  const total = [...micros.values()].reduce((sum, one) => sum + one, 0);
  return [...micros]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([label, time]) => {
      const [name = "", place = ""] = label.split(SEPARATOR);
      return { name, place, share: time / total };
    });
}

const SEPARATOR = "\t";
const IDLE = `(idle)${SEPARATOR}`;

function labelOf({
  functionName,
  url,
  lineNumber,
}: CpuProfile["nodes"][number]["callFrame"]): string {
  const place = url === "" ? "" : `${shortUrl(url)}:${lineNumber + 1}`;
  return `${functionName || "(anonymous)"}${SEPARATOR}${place}`;
}

/** From the repository's top, or the package's name. */
function shortUrl(url: string): string {
  return /(?:node_modules|functions|shared)\/.*$/.exec(url)?.[0] ?? url;
}
