/** What is written in one go. */
const RUN_BYTES = 256 * 1024;

/** Rounds of writes under way at once: one that the disk holds up must not hold all others up. */
const ROUNDS = 2;

/** Writes pieces one behind the other. */
export type WritePieces = (offset: number, pieces: readonly Uint8Array[]) => Promise<void>;

interface Waiting extends Omit<PromiseWithResolvers<void>, "promise"> {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Writes side by side. */
interface Run {
  readonly offset: number;
  readonly writes: Waiting[];
}

/**
 * Small writes that are asked for together, as those of one request are, or while others are under way: what lies side by side is written
 * in one go, for to have a thread write takes longer than the writing.
 */
export class GatheredWrites {
  readonly #write: WritePieces;
  #waiting: Waiting[] = [];
  /** Rounds that are under way, or about to begin. */
  #rounds = 0;

  constructor(write: WritePieces) {
    this.#write = write;
  }

  /** Resolves when all of `bytes` are written, which are fewer than what is written in one go. */
  add(offset: number, bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ offset, bytes, resolve, reject });
    if (this.#waiting.length === 1 && this.#rounds < ROUNDS) {
      this.#rounds += 1;
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
    this.#rounds -= 1;
  }

  async #writeRun({ offset, writes }: Run): Promise<void> {
    try {
      const pieces = writes.map(({ bytes }) => bytes);
      await this.#write(offset, pieces);
      for (const { resolve } of writes) resolve();
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }
}

/** The writes, by what is written in one go. */
function runsOf(writes: readonly Waiting[]): readonly Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  let end = 0;
  for (const write of writes.toSorted((one, other) => one.offset - other.offset)) {
    const { offset, bytes } = write;
    if (offset !== end || run === undefined || end + bytes.byteLength > run.offset + RUN_BYTES) {
      run = { offset, writes: [] };
      runs.push(run);
    }
    run.writes.push(write);
    end = offset + bytes.byteLength;
  }
  return runs;
}
