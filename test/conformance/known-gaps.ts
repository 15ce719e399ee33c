/** Checks that Hayloft on Node does not pass yet, by number, each with the reason. */
export const nodeKnownGaps: ReadonlyMap<string, string> = new Map();
