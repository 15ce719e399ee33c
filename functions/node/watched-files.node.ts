import { limits } from "../../shared/limits.ts";
import type { Log } from "../../shared/telemetry/log.ts";
import { UsageError } from "./commands/flags.node.ts";

/** Something that a server has from files. */
export interface FileContents<T> {
  /** Throws `UsageError` for what is broken, or only half written. */
  readonly read: () => Promise<T>;
  readonly isSame: (one: T, other: T) => boolean;
  /** What the log says of what is new. */
  readonly news: (value: T) => string;
}

/** Files that may change at any time, as certificates do that are good for an hour. What is good counts while the server runs. */
export class WatchedFiles<T> {
  readonly #contents: FileContents<T>;
  readonly #log: Log;
  #value: T;
  /** What is wrong with the files, as it was told. */
  #told: string | undefined;
  #lastLook: Promise<unknown> = Promise.resolve();

  /** `value` is what was read of them already. */
  constructor(contents: FileContents<T>, value: T, log: Log) {
    this.#contents = contents;
    this.#value = value;
    this.#log = log;
  }

  /** Reads them. Throws `UsageError`. */
  static async open<T>(contents: FileContents<T>, log: Log): Promise<WatchedFiles<T>> {
    return new WatchedFiles(contents, await contents.read(), log);
  }

  /** What was good when it was last looked at. */
  get value(): T {
    return this.#value;
  }

  /** Has `renew` called with what is new, for which it looks now and then and on SIGHUP, until it is disposed of. */
  watch(renew: (value: T) => void): Disposable {
    const look = (): void => void this.look(renew);
    const timer = setInterval(look, limits.filesLookMs).unref();
    process.on("SIGHUP", look);
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
        process.off("SIGHUP", look);
      },
    };
  }

  /** Looks once. What is broken changes nothing, and is told once. */
  async look(renew: (value: T) => void): Promise<void> {
    const look = this.#lastLook.then(async () => await this.#look(renew));
    this.#lastLook = look;
    await look;
  }

  async #look(renew: (value: T) => void): Promise<void> {
    try {
      const value = await this.#contents.read();
      this.#told = undefined;
      if (this.#contents.isSame(value, this.#value)) return;
      this.#value = value;
      renew(value);
      this.#log.say("info", this.#contents.news(value));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (error.message === this.#told) return;
      this.#told = error.message;
      this.#log.say("warn", `${error.message}; what was good goes on until this is mended`);
    }
  }
}
