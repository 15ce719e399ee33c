import type { Line } from "../../shared/adapters/disk/owner-messages.ts";

/** One end of a line within a thread: what is sent arrives in the next turn. */
export class DirectLine<Out, In> implements Line<Out, In> {
  #hear: (messages: readonly In[]) => void = () => undefined;
  #deliver: (messages: readonly Out[]) => void = () => undefined;

  static pair<One, Other>(): readonly [DirectLine<One, Other>, DirectLine<Other, One>] {
    const one = new DirectLine<One, Other>();
    const other = new DirectLine<Other, One>();
    one.#deliver = (messages) => other.#hear(messages);
    other.#deliver = (messages) => one.#hear(messages);
    return [one, other];
  }

  send(messages: readonly Out[]): void {
    const copy = structuredClone(messages);
    queueMicrotask(() => this.#deliver(copy));
  }

  listen(hear: (messages: readonly In[]) => void): void {
    this.#hear = hear;
  }
}
