/** Gathers messages of one turn of a thread's work, since one that is large costs far less than many that are small. */
export class Outbox<T> {
  readonly #send: (messages: readonly T[]) => void;
  readonly #soon: (act: () => void) => void;
  #messages: T[] = [];

  /** `soon` calls at the end of the turn. */
  constructor(send: (messages: readonly T[]) => void, soon: (act: () => void) => void) {
    this.#send = send;
    this.#soon = soon;
  }

  add(message: T): void {
    if (this.#messages.push(message) === 1) this.#soon(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#messages;
    this.#messages = [];
    this.#send(messages);
  }
}
