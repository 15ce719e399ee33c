import type { Line } from "../../shared/adapters/disk/owner-messages.ts";
import type { Machine } from "./faults.ts";

/** A line between two threads of one boot of the machine: messages take a while, and keep their order. */
export class MemoryLine<Out, In> implements Line<Out, In> {
  readonly #machine: Machine;
  readonly #boot: number;
  readonly #onTheWay: (message: Out) => Out;
  #hear: (messages: readonly In[]) => void = () => undefined;
  #deliverTo: (messages: readonly Out[]) => void = () => undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(machine: Machine, onTheWay: (message: Out) => Out) {
    this.#machine = machine;
    this.#onTheWay = onTheWay;
    this.#boot = machine.boot;
  }

  /** Both ends of a line, and what becomes of messages from the first on their way. */
  static between<One, Other>(
    machine: Machine,
    onTheWay: (message: One) => One,
  ): readonly [MemoryLine<One, Other>, MemoryLine<Other, One>] {
    const one = new MemoryLine<One, Other>(machine, onTheWay);
    const other = new MemoryLine<Other, One>(machine, (message) => message);
    one.#deliverTo = (messages) => other.#hear(messages);
    other.#deliverTo = (messages) => one.#hear(messages);
    return [one, other];
  }

  send(messages: readonly Out[]): void {
    const copy = structuredClone(messages).map((message) => this.#onTheWay(message));
    this.#last = this.#deliver(copy, this.#last);
  }

  listen(hear: (messages: readonly In[]) => void): void {
    this.#hear = hear;
  }

  async #deliver(messages: readonly Out[], last: Promise<void>): Promise<void> {
    await last;
    await this.#machine.step(this.#boot);
    this.#deliverTo(messages);
  }
}
