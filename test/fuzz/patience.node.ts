import { setTimeout as sleep } from "node:timers/promises";
import { BrokenRule } from "./broken-rule.node.ts";

/** Far longer than anything takes. */
const PATIENCE_MS = 5000;

/** What the work comes to. Throws where it does not end: `what` tells whose it is. */
export async function withPatience<T>(what: string, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const hang = sleep(PATIENCE_MS, undefined, { signal: over.signal }).then(() => {
    throw new BrokenRule(`${what} does not end`);
  });
  // Whoever is done in time ends the wait, which is no news to anybody.
  hang.catch(() => undefined);
  try {
    return await Promise.race([work, hang]);
  } finally {
    over.abort();
  }
}
