import type { Fixture } from "./check.ts";

/** A server's clock and store, in the hands of whoever checks it: what no client could bring about. */
export interface Hands {
  /** How long an answer that a blob is there holds. */
  readonly leaseMs: number;
  /** How long at most before what nobody asks for may be given up. */
  readonly unusedMs: number;
  /** Lets time pass. */
  advance(ms: number): void;
  /** Makes the store give up whatever it may. */
  evict(): Promise<void>;
  /** What the store answers to everything, until it is told otherwise. */
  trouble: Trouble | undefined;
  /** Changes the bytes that are kept of a blob; left out where they are out of reach. */
  readonly damage?: (bytes: Uint8Array) => void;
}

/** The backend cannot be reached; it has no room; it fails in a way that nobody has thought of. */
export type Trouble = "unavailable" | "exhausted" | "bewildered";

/** Skips the check where the server is out of reach, as all are that are named by a URL. */
export function handsOn({ target, skip }: Fixture): Hands {
  return target.hands ?? skip("the server's clock and store are out of reach");
}
