import { type Clock, systemClock } from "../clock.ts";
import { limits } from "../limits.ts";
import { type Soon, whenKnown } from "../soon.ts";
import { StoreError } from "./store-error.ts";

/** When an answer that several look-ups make up still counts. */
export interface InTime {
  readonly clock: Clock;
  readonly withinMs: number;
}

export const inDefaultTime: InTime = { clock: systemClock, withinMs: limits.indexDelayMs };

/** What the look-ups come to. Leases were extended by the first of them: if the last one ends late, the answer is not given. */
export function inTime<T>(lookUps: () => Soon<T>, how: InTime): Soon<T> {
  const { clock, withinMs } = how;
  const askedMs = clock.now();
  return whenKnown(lookUps(), (answer) => {
    const tookMs = clock.now() - askedMs;
    if (tookMs <= withinMs) return answer;
    throw new StoreError(
      "unavailable",
      `looking blobs up took ${tookMs} ms, longer than ${withinMs} ms, so the answer is not relied on; try again`,
    );
  });
}
