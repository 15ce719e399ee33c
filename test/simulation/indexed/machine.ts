import type { Clock } from "../../../shared/clock.ts";
import type { Random } from "../../support/random.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface MachineOptions {
  readonly name: string;
  readonly time: VirtualTime;
  readonly random: Random;
  /** How far its clock may be from the true time. */
  readonly clockSkewMs: number;
}

/** One that takes part: it has a clock of its own, which is wrong, and it may crash. */
export class Machine implements Clock {
  readonly name: string;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #clockSkewMs: number;
  #skewMs = 0;
  #isCrashed = false;

  constructor({ name, time, random, clockSkewMs }: MachineOptions) {
    this.name = name;
    this.#time = time;
    this.#random = random;
    this.#clockSkewMs = clockSkewMs;
    this.setClock();
  }

  now(): number {
    return this.#time.nowMs + this.#skewMs;
  }

  /** Sets the clock anew: as wrong as it may be, most of the time. */
  setClock(): void {
    const most = this.#clockSkewMs;
    this.#skewMs = this.#random.pick([-most, most, this.#random.below(2 * most + 1) - most]);
  }

  /** Nothing that waits on it ever goes on. */
  crash(): void {
    this.#isCrashed = true;
  }

  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#time.after(ms, `${this.name} wakes`, () => this.hear(resolve));
    });
  }

  hear(tell: () => void): void {
    if (!this.#isCrashed) tell();
  }
}
