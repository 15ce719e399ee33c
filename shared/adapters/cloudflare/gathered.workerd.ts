/** Makes one request of what is asked for in one turn of the event loop: a batch of blobs is then a few statements, not hundreds. */
export class Gathered<Question, Answer> {
  readonly #ask: (questions: readonly Question[]) => Promise<(question: Question) => Answer>;
  #waiting: Question[] = [];
  #answers: Promise<(question: Question) => Answer> | undefined;

  /** `ask` is given all questions of a turn, and gives what answers each of them. */
  constructor(ask: (questions: readonly Question[]) => Promise<(question: Question) => Answer>) {
    this.#ask = ask;
  }

  async add(question: Question): Promise<Answer> {
    this.#waiting.push(question);
    this.#answers ??= this.#gather();
    const answerTo = await this.#answers;
    return answerTo(question);
  }

  async #gather(): Promise<(question: Question) => Answer> {
    await scheduler.wait(0);
    const questions = this.#waiting;
    this.#waiting = [];
    this.#answers = undefined;
    return await this.#ask(questions);
  }
}
