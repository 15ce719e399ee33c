import { UsageError } from "../commands/flags.node.ts";

/** What is wrong with the configuration of a server, a line for each mistake. */
export class ConfigError extends UsageError {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[], options?: ErrorOptions) {
    super(mistakes.join("\n"), options);
    this.mistakes = mistakes;
  }
}
