import { Room } from "./room.ts";

/** Lets so many tasks run at once, or tasks of so much weight; others wait for their turn, in the order in which they came. */
export class Turns {
  readonly #width: number;
  readonly #room: Room;

  constructor(width: number) {
    this.#width = width;
    this.#room = new Room(width);
  }

  /**
   * Resolves when it is the caller's turn, which ends with what it resolves, however often that is ended; a task that weighs more than
   * may run at once runs alone. Throws the signal's reason instead, once it aborts.
   */
  async take(signal: AbortSignal, weight = 1): Promise<Disposable> {
    let units = Math.min(weight, this.#width);
    await this.#room.waitFor(units, signal);
    return {
      [Symbol.dispose]: () => {
        this.#room.give(units);
        units = 0;
      },
    };
  }
}
