/** Work between two pauses, in steps: some milliseconds of it. */
const STEPS = 2000;

/** Lets others have their turn in the midst of long work that never waits for anything. */
export class Breather {
  #steps = 0;

  /** Counts steps of work, and pauses when they have become many. */
  async after(steps: number): Promise<void> {
    this.#steps += steps;
    if (this.#steps < STEPS) return;
    this.#steps = 0;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
  }
}
