/** How often connections are looked at, in the shortest time that anything may take. */
const SWEEPS_PER_TIME = 4;

export interface Times {
  /** Streams and connections on which nothing moves for so long are ended. */
  readonly idleTimeoutMs: number;
  /** A client's first frames, and what has to come without delay, must arrive in this time. */
  readonly headersTimeoutMs: number;
}

/** How long what may take, counted in sweeps: one timer looks at everything, and is off by a quarter at most. */
export class Patience {
  readonly sweepMs: number;
  readonly idleSweeps: number;
  readonly headersSweeps: number;

  constructor({ idleTimeoutMs, headersTimeoutMs }: Times) {
    this.sweepMs = Math.max(1, Math.min(idleTimeoutMs, headersTimeoutMs) / SWEEPS_PER_TIME);
    this.idleSweeps = Math.ceil(idleTimeoutMs / this.sweepMs);
    this.headersSweeps = Math.ceil(headersTimeoutMs / this.sweepMs);
  }
}
