import { limits } from "../limits.ts";
import type { Call } from "./call.ts";

/** Who wrote an entry. */
export interface Provenance {
  /** As its principal was called. */
  readonly subject: string;
  /** When, by the clock of whoever took it, in milliseconds since the epoch. */
  readonly writtenMs: number;
  /** What the client said of itself, and nobody has checked: one run of a tool, such as one build. */
  readonly invocationId?: string;
  readonly toolName?: string;
}

/** What is kept of who makes a call that writes. */
export function provenanceOf({ principal, client }: Call, writtenMs: number): Provenance {
  const { invocationId, toolName } = client?.() ?? {};
  return {
    subject: keptSubject(principal.subject),
    writtenMs,
    ...(invocationId === undefined ? {} : { invocationId }),
    ...(toolName === undefined ? {} : { toolName }),
  };
}

/** A subject as entries and purges have it: two that differ only beyond its length are the same to them. */
export function keptSubject(subject: string): string {
  return subject.slice(0, limits.subjectLength).toWellFormed();
}
