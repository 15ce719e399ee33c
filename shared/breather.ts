/** Work between two pauses, in steps: some milliseconds of it. */
const STEPS = 2000;

/** Lets others have their turn in the midst of long work that never waits for anything. */
export class Breather {
  #steps = 0;

  /** Counts steps of work, and gives a pause when they have become many. */
  after(steps: number): Promise<void> | undefined {
    this.#steps += steps;
    if (this.#steps < STEPS) return undefined;
    this.#steps = 0;
    return new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
  }
}
