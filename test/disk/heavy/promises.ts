export const checkpointMs = 500;

/** What a kill may cost: what was acknowledged in this time before it. The time for a checkpoint itself is in it. */
const windowMs = 2000;

interface ActionFacts {
  started: number;
  /** Each version that was acknowledged, in order, and when. */
  readonly acknowledged: { version: number; atMs: number }[];
}

/** What a server has acknowledged, over all its lives. */
export class Promises {
  /** When each blob was acknowledged first; minus infinity once it has survived a kill. */
  readonly #blobs = new Map<number, number>();
  readonly #actions = new Map<number, ActionFacts>();

  get blobs(): readonly number[] {
    return [...this.#blobs.keys()];
  }

  get actions(): readonly number[] {
    return [...this.#actions.keys()];
  }

  acknowledgeBlob(index: number): void {
    if (!this.#blobs.has(index)) this.#blobs.set(index, performance.now());
  }

  isOwed(index: number): boolean {
    return this.#blobs.has(index);
  }

  /** After a kill: whether it was right to lose, or to keep, the blob. */
  settleBlob(index: number, isThere: boolean, killedMs: number): boolean {
    const atMs = this.#blobs.get(index) ?? Infinity;
    if (isThere) this.#blobs.set(index, -Infinity);
    else this.#blobs.delete(index);
    return isThere || atMs > killedMs - windowMs;
  }

  /** The next version of an action result. */
  startAction(index: number): number {
    const facts = this.#actions.get(index) ?? { started: 0, acknowledged: [] };
    this.#actions.set(index, facts);
    facts.started += 1;
    return facts.started;
  }

  acknowledgeAction(index: number, version: number): void {
    this.#actions.get(index)?.acknowledged.push({ version, atMs: performance.now() });
  }

  /** Which versions may be found while the server lives. */
  versionsOf(index: number): { readonly least: number; readonly most: number } {
    const facts = this.#actions.get(index);
    return { least: facts?.acknowledged.at(-1)?.version ?? 0, most: facts?.started ?? 0 };
  }

  /** After a kill: whether this version, 0 for none, may be what is found. */
  settleAction(index: number, version: number, killedMs: number): boolean {
    const facts = this.#actions.get(index);
    if (facts === undefined) return version === 0;
    const owed = facts.acknowledged.filter(({ atMs }) => atMs <= killedMs - windowMs);
    const least = owed.at(-1)?.version ?? 0;
    const isRight = version >= least && version <= facts.started;
    facts.acknowledged.splice(0, Infinity, { version, atMs: -Infinity });
    return isRight;
  }
}
