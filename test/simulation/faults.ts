import { StoreError } from "../../shared/stores/store-error.ts";
import type { Random } from "../support/random.ts";

/** What goes wrong, and how often: probabilities per operation. */
export interface Faults {
  /** Reads, writes and syncs that fail and say so, writes after some of their bytes. */
  readonly errors: number;
  /** Bits that change, and writes that end up elsewhere, without a word. */
  readonly damage: number;
  /** Steps that an operation may take longer than another. */
  readonly latency: number;
  /** Threads beside the owner of the store. */
  readonly threads?: number;
  /** Plants a bug that the simulation must find. */
  readonly planted?:
    | "sync does nothing"
    | "files do not last"
    | "what is one step is two"
    | "uses of old blocks are not told";
}

/** One run's machine: it can be switched off under everything that is under way. */
export class Machine {
  readonly random: Random;
  readonly faults: Faults;
  /** Counts boots; whatever was begun before the last one is dead. */
  #boot = 0;

  constructor(random: Random, faults: Faults) {
    this.random = random;
    this.faults = faults;
  }

  get boot(): number {
    return this.#boot;
  }

  /** Ends every operation that is under way: none of them returns. */
  switchOff(): void {
    this.#boot += 1;
  }

  /** Takes a while; throws where the operation fails. Never ends once the machine was switched off. */
  async step(boot: number): Promise<void> {
    const steps = this.random.below(this.faults.latency + 1);
    for (let i = 0; i < steps; i++) await Promise.resolve();
    if (boot !== this.#boot) await new Promise<never>(() => undefined);
  }

  fail(what: string): void {
    if (!this.random.chance(this.faults.errors)) return;
    throw new StoreError("unavailable", `${what} failed, as planned`);
  }
}
