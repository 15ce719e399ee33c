import { nothingTold, type Question, type Told } from "./thread-questions.ts";

/** Threads ask each other so. */
export interface AskMessage {
  readonly kind: "ask";
  readonly id: number;
  readonly question: Question;
}

export interface AnswerMessage {
  readonly kind: "answer";
  /** That of what was asked. */
  readonly id: number;
  readonly told: Told;
}

/** What another thread was asked, until it answers. */
export class PendingQuestions {
  readonly #post: (message: AskMessage) => void;
  readonly #pending = new Map<number, (told: Told) => void>();
  #asked = 0;

  constructor(post: (message: AskMessage) => void) {
    this.#post = post;
  }

  async ask(question: Question): Promise<Told> {
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<Told>();
    this.#pending.set(id, resolve);
    this.#post({ kind: "ask", id, question });
    return await promise;
  }

  answer({ id, told }: AnswerMessage): void {
    this.#pending.get(id)?.(told);
    this.#pending.delete(id);
  }

  /** The other has ended, and has nothing to tell any more. */
  giveUp(): void {
    for (const resolve of this.#pending.values()) resolve(nothingTold);
    this.#pending.clear();
  }
}
