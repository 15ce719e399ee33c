import { StoreError } from "../../../shared/stores/store-error.ts";
import type { Random } from "../../support/random.ts";
import type { Machine } from "./machine.ts";
import { type Faults, none } from "./mixes.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface Request<T> {
  readonly name: string;
  readonly from: Machine;
  /** The longest until it has its effect. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
  readonly effect: () => Promise<T>;
}

/** How long requests take that are not slow. */
const QUICK_MS = 200;

/** What lies between a machine and a service: requests take their time, get lost, arrive twice, or overtake each other. */
export class Wire {
  readonly time: VirtualTime;
  readonly random: Random;
  #faults: Faults;

  constructor(time: VirtualTime, random: Random, faults: Faults) {
    this.time = time;
    this.random = random;
    this.#faults = faults;
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** From now on nothing goes wrong. */
  heal(): void {
    this.#faults = none;
  }

  async send<T>(request: Request<T>): Promise<T> {
    const { from, signal } = request;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const abort = (): void => from.hear(() => reject(signal.reason));
    signal.addEventListener("abort", abort);
    this.#deliver(request, resolve, reject);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Some time, at most `mostMs`; often exactly as long, where requests are slow. */
  delay(mostMs: number): number {
    const { random } = this;
    if (!random.chance(this.#faults.slow)) return random.below(Math.min(QUICK_MS, mostMs) + 1);
    return random.chance(0.5) ? mostMs : random.below(mostMs + 1);
  }

  #deliver<T>(
    request: Request<T>,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
  ): void {
    const { random, time } = this;
    const { lost, unheard, doubled } = this.#faults;
    const isLost = random.chance(lost);
    const isUnheard = isLost || random.chance(unheard);
    const answer = (tell: () => void): void => {
      if (!isUnheard) this.#answer(request, tell);
    };
    if (isUnheard) {
      this.#answer(request, () => reject(new StoreError("unavailable", "as planned")));
    }
    if (isLost) return;
    const copies = random.chance(doubled) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      time.after(this.delay(request.withinMs), nameOf(request), async () => {
        await request.effect().then(
          (result) => answer(() => resolve(result)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    }
  }

  #answer<T>(request: Request<T>, tell: () => void): void {
    const { from, withinMs } = request;
    this.time.after(this.delay(withinMs * 4), `answer to ${nameOf(request)}`, () => {
      if (this.random.chance(this.#faults.clocksSet)) from.setClock();
      from.hear(tell);
    });
  }
}

function nameOf<T>({ from, name }: Request<T>): string {
  return `${from.name}: ${name}`;
}
