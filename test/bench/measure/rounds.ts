/** What rounds have shown of each, and why of some they have not. */
export interface Rounds<T> {
  readonly results: ReadonlyMap<string, readonly T[]>;
  readonly failures: ReadonlyMap<string, string>;
}

interface RoundsOptions<T> {
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Whether the results of one differ too much to be believed: then all have further rounds, until there are `atMost`. */
  readonly further?: { readonly atMost: number; differ(results: readonly T[]): boolean };
}

/** Everyone in each round, and each round begins with the next one: nobody is always the first. One that fails is left out from then on. */
export async function inRounds<S, T>(
  all: ReadonlyMap<string, S>,
  { rounds, signal, further }: RoundsOptions<T>,
  measure: (one: S, name: string, round: number) => Promise<T>,
): Promise<Rounds<T>> {
  const results = new Map<string, T[]>();
  const failures = new Map<string, string>();
  const entries = [...all];
  const needsFurther = (round: number): boolean =>
    further !== undefined &&
    round < further.atMost &&
    [...results.values()].some((found) => further.differ(found));
  for (let round = 0; round < rounds || needsFurther(round); round++) {
    const turn = round % Math.max(1, entries.length);
    for (const [name, one] of [...entries.slice(turn), ...entries.slice(0, turn)]) {
      if (failures.has(name)) continue;
      const reason = await attempt(signal, async () => {
        const result = await measure(one, name, round + 1);
        results.set(name, [...(results.get(name) ?? []), result]);
      });
      if (reason !== undefined) failures.set(name, reason);
    }
  }
  return { results, failures };
}

/** Why it failed, if it did. Throws if the benchmark is to end. */
export async function attempt(
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<string | undefined> {
  signal.throwIfAborted();
  try {
    await work();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return message.replaceAll(/\s+/g, " ").slice(0, REASON_LETTERS);
  }
}

const REASON_LETTERS = 300;
