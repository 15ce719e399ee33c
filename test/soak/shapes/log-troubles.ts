/** As many are kept in words; the rest are alike. */
const MOST_LINES = 50;

/** Those lines of a server's log, in JSON, that tell of trouble. */
export class LogTroubles {
  readonly #lines: string[] = [];
  #rest = "";

  /** Takes what was printed, as it comes. */
  hear(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/"level":"(?:warn|error)"/.test(line) && this.#lines.length < MOST_LINES) {
        this.#lines.push(line);
      }
    }
  }

  /** The first of them. */
  get text(): string {
    return this.#lines.join("\n");
  }
}
