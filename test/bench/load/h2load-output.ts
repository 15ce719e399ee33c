/** What h2load says of a run. */
export interface H2loadSummary {
  readonly seconds: number;
  readonly requests: number;
  /** Of bodies, framing not counted; those of requests cut off at the end included. */
  readonly dataBytes: number;
  /** Requests that failed, that were answered with another status than 2xx, or that never were. */
  readonly failures: number;
}

/** Reads what h2load prints at the end. Throws if it is not what h2load 1.50 or newer prints. */
export function parseH2load(output: string): H2loadSummary {
  const find = (pattern: RegExp): number => {
    const found = pattern.exec(output)?.groups?.["number"];
    if (found === undefined) {
      throw new Error(`h2load's output has nothing like ${pattern.source}:\n${output}`);
    }
    return Number(found);
  };
  const unit = /^finished in [\d.]+(?<unit>us|ms|s|m|h)\b/m.exec(output)?.groups?.["unit"] ?? "s";
  const requests = find(/^requests: .*?(?<number>\d+) done/m);
  const good = find(/^status codes: (?<number>\d+) 2xx/m);
  return {
    seconds: find(/^finished in (?<number>[\d.]+)/m) * (secondsPer[unit] ?? Number.NaN),
    requests,
    dataBytes: find(/^traffic: .*\((?<number>\d+)\) data/m),
    failures: Math.max(0, requests - good) + find(/(?<number>\d+) failed/),
  };
}

const secondsPer: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Milliseconds that each request took, of h2load's log: start, status and microseconds on a line. */
export function parseH2loadLog(log: string): Float64Array {
  const lines = log.trimEnd().split("\n");
  return Float64Array.from(
    lines.filter((line) => line !== ""),
    (line) => Number(line.slice(line.lastIndexOf("\t") + 1)) / 1000,
  );
}
