/** A platform's fetch that reaches one server of keys, counts what is asked of it, and can fail or hang. */
export class KeyServer {
  readonly asked: string[] = [];
  #answer: (url: string) => Response | Promise<Response>;

  constructor(answer: (url: string) => Response | Promise<Response>) {
    this.#answer = answer;
  }

  readonly fetch: typeof globalThis.fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    this.asked.push(url);
    return await this.#answer(url);
  };

  answerWith(answer: (url: string) => Response | Promise<Response>): void {
    this.#answer = answer;
  }

  breakDown(): void {
    this.#answer = async () => {
      throw new TypeError("fetch failed");
    };
  }

  /** What is asked from now on is answered when the result is called. */
  hang(): (answer: Response) => void {
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.#answer = async () => (await promise).clone();
    return resolve;
  }
}
