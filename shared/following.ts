/** Something that a signal, or its owner, ends. */
export interface Following extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** Aborts with `leader`, until it is disposed of, or on its own. `AbortSignal.any` takes a dozen times as long, and work to collect. */
export function following(leader: AbortSignal): Following {
  const own = new AbortController();
  const follow = (): void => own.abort(leader.reason);
  if (leader.aborted) follow();
  else leader.addEventListener("abort", follow, { once: true });
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    [Symbol.dispose]: () => leader.removeEventListener("abort", follow),
  };
}
