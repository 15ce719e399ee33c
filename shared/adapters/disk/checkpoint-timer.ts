import type { Checkpoints } from "./checkpoints.ts";

/** Makes a checkpoint some time after a change. */
export class CheckpointTimer implements Disposable {
  readonly #intervalMs: number;
  readonly #onError: (error: unknown) => void;
  #checkpoints: Checkpoints | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(intervalMs: number, onError: (error: unknown) => void) {
    this.#intervalMs = intervalMs;
    this.#onError = onError;
  }

  /** Whose checkpoints to make: a store that opens changes nothing before. */
  attach(checkpoints: Checkpoints): void {
    this.#checkpoints = checkpoints;
  }

  /** Something has changed. */
  start(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => void this.#run(), this.#intervalMs);
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    try {
      await this.#checkpoints?.run();
    } catch (error) {
      this.#onError(error);
      this.start();
    }
  }
}
