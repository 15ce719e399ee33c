import { chai, expect } from "vitest";
import type { Check, Fixture } from "../check.ts";

/** How a check came out. */
export interface Verdict {
  readonly outcome: "passed" | "failed" | "out of time" | "not applicable";
  /** Why it did not pass, in one line; empty if it did. */
  readonly reason: string;
}

class NotApplicable extends Error {}
class OutOfTime extends Error {}

// Values in messages may be this long, instead of being cut to where nobody knows what was expected.
chai.config.truncateThreshold = 160;

/** Runs one check for at most `timeoutMs`. One that is out of time may still have calls under way. */
export async function verdictOf(
  { run }: Check,
  fixture: Omit<Fixture, "expect" | "skip">,
  timeoutMs: number,
): Promise<Verdict> {
  const skip = (reason: string): never => {
    throw new NotApplicable(reason);
  };
  try {
    await within(timeoutMs, run({ ...fixture, expect, skip }));
    return { outcome: "passed", reason: "" };
  } catch (error) {
    return { outcome: outcomeOf(error), reason: firstLine(error) };
  }
}

function outcomeOf(error: unknown): Verdict["outcome"] {
  if (error instanceof NotApplicable) return "not applicable";
  return error instanceof OutOfTime ? "out of time" : "failed";
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const message = `it had not ended after ${timeoutMs / 1000} seconds`;
  const timer = setTimeout(() => reject(new OutOfTime(message)), timeoutMs);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? "").replace(/ \/\/ Object\.is equality$/, "");
}
