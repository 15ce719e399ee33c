import { type Clock, systemClock } from "../clock.ts";
import { limits } from "../limits.ts";
import { StoreError } from "./store-error.ts";

/** When an answer that several look-ups make up still counts. */
export interface InTime {
  readonly clock: Clock;
  readonly withinMs: number;
}

export const inDefaultTime: InTime = { clock: systemClock, withinMs: limits.indexDelayMs };

/** What the look-ups come to. Leases were extended by the first of them: if the last one ends late, the answer is not given. */
export async function inTime<T>(lookUps: () => Promise<T>, how: InTime): Promise<T> {
  const { clock, withinMs } = how;
  const askedMs = clock.now();
  const answer = await lookUps();
  const tookMs = clock.now() - askedMs;
  if (tookMs <= withinMs) return answer;
  throw new StoreError(
    "unavailable",
    `looking blobs up took ${tookMs} ms, longer than ${withinMs} ms, so the answer is not relied on; try again`,
  );
}
