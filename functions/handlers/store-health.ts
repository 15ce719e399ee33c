import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { StoreProbe } from "../../shared/stores/store-probe.ts";
import { untilAborted } from "../../shared/until-aborted.ts";
import type { ReportError } from "../telemetry/report-error.ts";
import { type ErrorClass, errorClass } from "./error-class.ts";

/** A store that does not answer, and why. */
export interface StoreTrouble {
  readonly store: string;
  readonly error: ErrorClass;
}

/** What was heard of the stores last: plain data, which requests may share where they can share nothing that they wait for. */
export interface KeptHealth {
  latest?: { readonly askedMs: number; readonly troubles: readonly StoreTrouble[] };
}

export interface StoreHealthOptions {
  readonly probes: readonly StoreProbe[];
  readonly clock: Clock;
  readonly report: ReportError;
  /** Left out, it is kept here. */
  readonly kept?: KeptHealth;
  /** `limits`, unless a test has no time. */
  readonly patienceMs?: number;
}

/** Whether the stores answer: asked when somebody wants to know, all askers together, and not again for some seconds. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  readonly #kept: KeptHealth;
  #asking: Promise<readonly StoreTrouble[]> | undefined;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
    this.#kept = options.kept ?? {};
  }

  /** Those that do not answer. Never throws. */
  async troubles(): Promise<readonly StoreTrouble[]> {
    const { latest } = this.#kept;
    if (latest !== undefined && this.#holds(latest.askedMs)) return latest.troubles;
    this.#asking ??= this.#askAll().finally(() => (this.#asking = undefined));
    return await this.#asking;
  }

  #holds(askedMs: number): boolean {
    const ageMs = this.#options.clock.now() - askedMs;
    return ageMs >= 0 && ageMs < limits.storeHealthMs;
  }

  async #askAll(): Promise<readonly StoreTrouble[]> {
    const { probes, clock } = this.#options;
    const answers = await Promise.all(probes.map(async (probe) => await this.#ask(probe)));
    const troubles = answers.filter((answer) => answer !== undefined);
    this.#kept.latest = { askedMs: clock.now(), troubles };
    return troubles;
  }

  async #ask({ store, ask }: StoreProbe): Promise<StoreTrouble | undefined> {
    const { report, patienceMs = limits.storeProbeMs } = this.#options;
    const signal = AbortSignal.timeout(patienceMs);
    try {
      // A backend that hangs need not heed its signal.
      await untilAborted(ask(signal), signal);
      return undefined;
    } catch (error) {
      const trouble = signal.aborted ? silent(store, patienceMs) : error;
      report(trouble, `health of ${store}`);
      return { store, error: errorClass(trouble) };
    }
  }
}

function silent(store: string, ms: number): StoreError {
  return new StoreError("unavailable", `${store} did not answer within ${ms} ms`);
}
