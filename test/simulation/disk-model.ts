/** What the store has promised of one blob. */
interface BlobFacts {
  /** Until when it must be there, if nothing crashes. */
  leaseEndsMs: number;
  /** Until when it must be there even after a crash: what a checkpoint has made safe. */
  durableLeaseEndsMs: number;
}

/** Which versions of an action result may be found. */
interface ActionFacts {
  started: number;
  acknowledged: number;
  durable: number;
}

/** What may be lost and what must not: the promises, kept by the book. */
export class DiskModel {
  readonly #leaseMs: number;
  readonly #blobs = new Map<number, BlobFacts>();
  readonly #actions = new Map<number, ActionFacts>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  blob(index: number): BlobFacts {
    const facts = this.#blobs.get(index) ?? { leaseEndsMs: 0, durableLeaseEndsMs: 0 };
    this.#blobs.set(index, facts);
    return facts;
  }

  action(index: number): ActionFacts {
    const facts = this.#actions.get(index) ?? { started: 0, acknowledged: 0, durable: 0 };
    this.#actions.set(index, facts);
    return facts;
  }

  /** The store has said that the blob is there. */
  promised(index: number, nowMs: number): void {
    // Between two leases it may have been evicted and written again, which an earlier checkpoint knows nothing of.
    if (!this.isOwed(index, nowMs)) this.#blobs.delete(index);
    this.blob(index).leaseEndsMs = nowMs + this.#leaseMs;
  }

  isOwed(index: number, nowMs: number): boolean {
    return this.blob(index).leaseEndsMs > nowMs;
  }

  /** What a checkpoint that begins now will make safe, once it has ended well. */
  beginCheckpoint(): () => void {
    const blobs = [...this.#blobs.values()].map((facts) => [facts, facts.leaseEndsMs] as const);
    const actions = [...this.#actions].map(
      ([index, { acknowledged }]) => [index, acknowledged] as const,
    );
    return () => {
      for (const [facts, endsMs] of blobs) {
        facts.durableLeaseEndsMs = Math.max(facts.durableLeaseEndsMs, endsMs);
      }
      for (const [index, version] of actions) {
        const facts = this.action(index);
        facts.durable = Math.max(facts.durable, version);
      }
    };
  }

  /** The process is gone: what no checkpoint made safe may be too. */
  crashed(): void {
    for (const facts of this.#blobs.values()) facts.leaseEndsMs = facts.durableLeaseEndsMs;
    for (const facts of this.#actions.values()) facts.acknowledged = facts.durable;
  }
}
