import type { Width } from "../load/load.ts";

export interface MeasureOptions {
  readonly folder: string;
  /** Where servers and their load run, as `taskset` takes it; wherever the system likes if left out. */
  readonly serverCores: string | undefined;
  readonly loadCores: string | undefined;
  /** Runs before the first round, half as long as those of a round: a compiler needs some seconds of work to see what is hot. */
  readonly warmUps: number;
  readonly rounds: number;
  /** As many where rates differ a lot between rounds. */
  readonly mostRounds: number;
  /** Of one run. */
  readonly seconds: number;
  /** Requests at once for which latencies are measured. */
  readonly latencyWidths: readonly Width[];
  readonly signal: AbortSignal;
  /** Told of what is done now. */
  readonly progress: (text: string) => void;
}

/** A folder of a server's own. */
export function folderName(server: string): string {
  return server.replaceAll(/[^\w-]+/g, "-");
}
