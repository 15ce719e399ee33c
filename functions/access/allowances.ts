import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { RetryLater } from "../../shared/retry-later.ts";
import type { UploadAllowance } from "../../shared/services/upload-allowance.ts";
import type { Principal } from "../../shared/stores/call.ts";
import type { Gate } from "./caller.ts";
import { type Rate, Spending } from "./spending.ts";

/** What one subject has spent, whichever of its credentials it shows. */
interface Account {
  readonly requests: Spending;
  readonly uploadBytes: Spending;
}

/**
 * Keeps principals to their allowances, all that have one subject together. Each process, thread or isolate counts what it serves
 * itself. For who has no allowance, nothing is looked up.
 */
export class Allowances implements UploadAllowance {
  readonly #clock: Clock;
  /** In the order of use. */
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Subjects whose spending is remembered: bounded, for tests of the bound. */
  get size(): number {
    return this.#accounts.size;
  }

  /** Counts one request. Throws `RetryLater`. */
  spendRequest({ subject, allowance }: Principal): void {
    const { requestsPerSecond: perSecond } = allowance;
    if (perSecond === undefined) return;
    const rate = { perSecond, burst: perSecond * limits.requestBurstSeconds };
    const waitMs = this.#spend(subject, "requests", 1, rate);
    if (waitMs > 0) throw spent(subject, `${perSecond} requests per second`, waitMs);
  }

  spendUpload({ subject, allowance }: Principal, bytes: number): void {
    const { uploadBytesPerSecond: perSecond } = allowance;
    if (perSecond === undefined) return;
    const rate = { perSecond, burst: perSecond * limits.uploadBurstSeconds };
    const waitMs = this.#spend(subject, "uploadBytes", bytes, rate);
    if (waitMs > 0) throw spent(subject, `${perSecond} bytes of uploads per second`, waitMs);
  }

  #spend(subject: string, kind: keyof Account, amount: number, rate: Rate): number {
    const nowMs = this.#clock.now();
    return this.#accountOf(subject, nowMs)[kind].spend(amount, rate, nowMs);
  }

  #accountOf(subject: string, nowMs: number): Account {
    const known = this.#accounts.get(subject);
    const account = known ?? { requests: new Spending(nowMs), uploadBytes: new Spending(nowMs) };
    this.#accounts.delete(subject);
    if (this.#accounts.size >= limits.countedSubjects) this.#forgetOldest();
    this.#accounts.set(subject, account);
    return account;
  }

  #forgetOldest(): void {
    for (const subject of this.#accounts.keys()) {
      this.#accounts.delete(subject);
      return;
    }
  }
}

/** The same gate, which also counts the requests of whom it lets in. */
export function countingGate(gate: Gate, allowances: Allowances): Gate {
  const counted = (principal: Principal): Principal => {
    allowances.spendRequest(principal);
    return principal;
  };
  return (caller) => {
    const principal = gate(caller);
    return principal instanceof Promise ? principal.then(counted) : counted(principal);
  };
}

function spent(subject: string, allowance: string, waitMs: number): RetryLater {
  return new RetryLater(
    `${subject} may make ${allowance}, and has made more; try again in ${(waitMs / 1000).toFixed(1)} s`,
    waitMs,
  );
}
