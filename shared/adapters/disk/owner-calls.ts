import { StoreError } from "../../stores/store-error.ts";
import type { Reservation } from "./block.ts";
import { Outbox } from "./outbox.ts";
import type { Answer, Line, Message, Question } from "./owner-messages.ts";

/** How a thread asks the store's owner. */
export class OwnerCalls {
  readonly #outbox: Outbox<Message>;
  readonly #waiting = new Map<number, PromiseWithResolvers<Reservation | undefined>>();
  #asked = 0;

  constructor(line: Line<Message, Answer>, soon: (act: () => void) => void) {
    line.listen((answers) => {
      for (const answer of answers) this.#hear(answer);
    });
    this.#outbox = new Outbox((messages) => line.send(messages), soon);
  }

  tell(message: Exclude<Message, { kind: "question" }>): void {
    this.#outbox.add(message);
  }

  /** Throws the `StoreError` that the owner answers with. */
  async ask(question: Question): Promise<Reservation | undefined> {
    this.#asked += 1;
    const id = this.#asked;
    const waiting = Promise.withResolvers<Reservation | undefined>();
    this.#waiting.set(id, waiting);
    this.#outbox.add({ kind: "question", id, question });
    return await waiting.promise;
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new StoreError(answer.error.code, answer.error.message));
    else waiting?.resolve(answer.reservation);
  }
}
