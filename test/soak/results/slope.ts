import { spreadOf } from "../../support/statistics.ts";

export type Point = readonly [x: number, y: number];

/** Above, pairs of all would be too many: points that lie evenly among them do as well. */
const MOST_POINTS = 400;

/** The slope of a line through points by Theil and Sen: the median of all pairs', which outliers hardly move. */
export function slopeOf(points: readonly Point[]): number {
  const step = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const some = points.filter((_, index) => index % step === 0);
  const slopes = some.flatMap(([x1, y1], index) =>
    some.slice(index + 1).flatMap(([x2, y2]) => (x2 === x1 ? [] : [(y2 - y1) / (x2 - x1)])),
  );
  return spreadOf(slopes)?.median ?? 0;
}
