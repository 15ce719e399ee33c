import { giveBack, MemoryPool } from "../../bytes/memory-pool.ts";

/** What is written in one go, and so what is copied at most for that. */
const RUN_BYTES = 256 * 1024;

interface Waiting extends Omit<PromiseWithResolvers<void>, "promise"> {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Small writes that are asked for together, as those of one request are: what lies side by side is written in one go. To copy it for
 * that takes far less time than the system does for a write.
 */
export class GatheredWrites {
  readonly #write: (offset: number, bytes: Uint8Array) => Promise<void>;
  readonly #memory = new MemoryPool(RUN_BYTES);
  #waiting: Waiting[] = [];

  constructor(write: (offset: number, bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when all of `bytes` are written, which are fewer than what is written in one go. */
  add(offset: number, bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ offset, bytes, resolve, reject });
    // After everything that is ready to go on has gone on, and maybe asked for more.
    if (this.#waiting.length === 1) process.nextTick(() => this.#flush());
    return promise;
  }

  #flush(): void {
    const waiting = this.#waiting.toSorted((one, other) => one.offset - other.offset);
    this.#waiting = [];
    let run: Waiting[] = [];
    let begin = 0;
    let end = 0;
    for (const write of waiting) {
      const length = write.bytes.byteLength;
      if (write.offset !== end || end + length > begin + RUN_BYTES) {
        if (run.length > 0) void this.#writeRun(run, end - begin);
        run = [];
        begin = write.offset;
      }
      run.push(write);
      end = write.offset + length;
    }
    void this.#writeRun(run, end - begin);
  }

  async #writeRun(run: readonly Waiting[], length: number): Promise<void> {
    const [first] = run;
    if (first === undefined) return;
    try {
      if (run.length === 1) await this.#write(first.offset, first.bytes);
      else await this.#writeTogether(run, first.offset, length);
      for (const { resolve } of run) resolve();
    } catch (error) {
      for (const { reject } of run) reject(error);
    }
  }

  async #writeTogether(run: readonly Waiting[], offset: number, length: number): Promise<void> {
    const all = this.#memory.take(length);
    for (const write of run) all.set(write.bytes, write.offset - offset);
    await this.#write(offset, all);
    giveBack(all);
  }
}
