/** What goes wrong, and how often: probabilities, each for one request unless it says otherwise. */
export interface Faults {
  /** It never arrives, and the caller is told of trouble. */
  readonly lost: number;
  /** It arrives, but the caller is told of trouble, before or after. */
  readonly unheard: number;
  /** It arrives twice. */
  readonly doubled: number;
  /** It takes, or its answer takes, as long as it may; the answer even longer. */
  readonly slow: number;
  /** It is answered from an older state, where that is allowed. */
  readonly stale: number;
  /** For one call of a client: that it crashes meanwhile. */
  readonly crashes: number;
  /** For one call of a client: that it gives up meanwhile. */
  readonly impatience: number;
  /** For one upload: that its bytes are slow, wrong or end too soon. */
  readonly badBodies: number;
  /** For one answer: that the clock of its machine is set when it arrives. */
  readonly clocksSet: number;
}

export const none: Faults = {
  lost: 0,
  unheard: 0,
  doubled: 0,
  slow: 0,
  stale: 0,
  crashes: 0,
  impatience: 0,
  badBodies: 0,
  clocksSet: 0,
};

const slow: Faults = { ...none, slow: 0.2, badBodies: 0.2 };

/** What the store has to live with, by a name that a command line can carry. Clocks are wrong in all of them. */
export const mixes = {
  slow,
  stale: { ...slow, stale: 0.7 },
  network: { ...slow, lost: 0.03, unheard: 0.05, doubled: 0.1 },
  crashes: { ...slow, crashes: 0.1, impatience: 0.1 },
  everything: {
    lost: 0.01,
    unheard: 0.02,
    doubled: 0.05,
    slow: 0.1,
    stale: 0.4,
    crashes: 0.05,
    impatience: 0.05,
    badBodies: 0.1,
    clocksSet: 0.02,
  },
} as const satisfies Record<string, Faults>;
