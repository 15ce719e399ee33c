import { UsageError } from "../commands/flags.node.ts";
import { type Flag, variableOf } from "./serve-flags.node.ts";

interface FlagMistakeDetails {
  readonly flag: Flag;
  /** Left out where it may be a secret, or is too long to repeat. */
  readonly value?: string;
  readonly remedy: string;
  /** Whether it is only wrong beside what other flags say. */
  readonly isConflict?: boolean;
}

/** A flag's value that is none, with its parts: a configuration file may be where it stands. */
export class FlagMistake extends UsageError {
  readonly flag: Flag;
  readonly value: string | undefined;
  readonly remedy: string;
  readonly isConflict: boolean;

  constructor(
    { flag, value, remedy, isConflict = false }: FlagMistakeDetails,
    options?: ErrorOptions,
  ) {
    const is = value === undefined ? "wrong" : JSON.stringify(value);
    super(`--${flag} (or ${variableOf(flag)}) is ${is}: ${remedy}`, options);
    this.flag = flag;
    this.value = value;
    this.remedy = remedy;
    this.isConflict = isConflict;
  }
}

/** What to say of a flag's value that is none. */
export function mistake(flag: Flag, value: string, remedy: string): FlagMistake {
  return new FlagMistake({ flag, value, remedy });
}

/** What to say of a flag's value that does not go with others. */
export function conflict(flag: Flag, value: string, remedy: string): FlagMistake {
  return new FlagMistake({ flag, value, remedy, isConflict: true });
}
