import { createWriteStream, type WriteStream } from "node:fs";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Counts, totalOf } from "../load/tally.ts";
import type { SoakedServer } from "../shapes/soaked-server.ts";
import type { Phase, Sample } from "./sample.ts";
import { takeSample } from "./take-sample.node.ts";

/** What was done so far. */
export interface Progress {
  readonly counts: Counts;
  readonly builds: number;
}

export interface SamplerOptions {
  readonly server: SoakedServer;
  /** Each sample is a line there at once, so that a soak that is killed is not lost. */
  readonly file: string;
  readonly everyMs: number;
  readonly progress: () => Progress;
  /** Told of each sample. */
  readonly seen: (sample: Sample) => void;
}

/** Looks at a server every few seconds. */
export class Sampler implements AsyncDisposable {
  readonly #options: SamplerOptions;
  readonly #lines: WriteStream;
  readonly #samples: Sample[] = [];
  #loadStartMs: number | undefined;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#lines = createWriteStream(options.file);
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Takes samples for so long, the last of them at the end, unless it is stopped. */
  async during(phase: Phase, lengthMs: number, stop: AbortSignal): Promise<void> {
    const startMs = performance.now();
    if (phase === "load") this.#loadStartMs = startMs;
    for (let endMs = startMs; !stop.aborted;) {
      await this.#take(phase, this.#loadStartMs ?? startMs + lengthMs);
      const leftMs = startMs + lengthMs - endMs;
      if (leftMs <= 0) return;
      endMs += Math.min(this.#options.everyMs, leftMs);
      const pauseMs = Math.max(0, endMs - performance.now());
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lines.end();
    await once(this.#lines, "close");
  }

  async #look(): ReturnType<typeof takeSample> {
    const { server } = this.#options;
    try {
      return await takeSample(server);
    } catch (cause) {
      throw new Error(
        `the server does not answer any more. Trouble in its log: ${server.log() || "none"}`,
        { cause },
      );
    }
  }

  async #take(phase: Phase, loadStartMs: number): Promise<void> {
    const { progress, seen } = this.#options;
    const { counts, builds } = progress();
    const { requests, examples: _, ...rest } = counts;
    const sample = {
      phase,
      seconds: Math.round(performance.now() - loadStartMs) / 1000,
      ...(await this.#look()),
      counts: { ...rest, requests: totalOf(requests) },
      builds,
    };
    this.#samples.push(sample);
    this.#lines.write(`${JSON.stringify(sample)}\n`);
    seen(sample);
  }
}
