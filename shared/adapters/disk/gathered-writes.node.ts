/** What is written in one go. */
const RUN_BYTES = 256 * 1024;

/** Writes pieces one behind the other. */
export type WritePieces = (offset: number, pieces: readonly Uint8Array[]) => Promise<void>;

interface Waiting extends Omit<PromiseWithResolvers<void>, "promise"> {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Small writes that are asked for together, as those of one request are, or while others are under way: what lies side by side is written
 * in one go, for to have a thread write takes longer than the writing.
 */
export class GatheredWrites {
  readonly #write: WritePieces;
  #waiting: Waiting[] = [];
  /** Whether writes are under way, or about to be. */
  #isBusy = false;

  constructor(write: WritePieces) {
    this.#write = write;
  }

  /** Resolves when all of `bytes` are written, which are fewer than what is written in one go. */
  add(offset: number, bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ offset, bytes, resolve, reject });
    if (!this.#isBusy) {
      this.#isBusy = true;
      // After everything that is ready to go on has gone on, and maybe asked for more.
      process.nextTick(() => void this.#writeAll());
    }
    return promise;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const runs = runsOf(this.#waiting);
      this.#waiting = [];
      await Promise.all(runs.map(async (run) => await this.#writeRun(run)));
    }
    this.#isBusy = false;
  }

  async #writeRun(run: readonly Waiting[]): Promise<void> {
    try {
      const pieces = run.map(({ bytes }) => bytes);
      await this.#write(run[0]?.offset ?? 0, pieces);
      for (const { resolve } of run) resolve();
    } catch (error) {
      for (const { reject } of run) reject(error);
    }
  }
}

/** The writes, by what is written in one go. */
function runsOf(writes: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const runs: Waiting[][] = [];
  let run: Waiting[] = [];
  let begin = 0;
  let end = 0;
  for (const write of writes.toSorted((one, other) => one.offset - other.offset)) {
    const length = write.bytes.byteLength;
    if (run.length === 0 || write.offset !== end || end + length > begin + RUN_BYTES) {
      run = [];
      runs.push(run);
      begin = write.offset;
    }
    run.push(write);
    end = write.offset + length;
  }
  return runs;
}
