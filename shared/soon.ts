/** What is known at once, or later: a promise for each step of a quick call would take a tenth of its time. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value as soon as it is known: at once, where it is. */
export function whenKnown<T, R>(value: Soon<T>, goOn: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}

/** The same with what may fail, at once or later, as may going on. */
export function whenSettled<T, R>(
  work: () => Soon<T>,
  goOn: (value: T) => R,
  failed: (error: unknown) => R,
): Soon<R> {
  try {
    const value = work();
    return value instanceof Promise ? value.then(goOn).catch(failed) : goOn(value);
  } catch (error) {
    return failed(error);
  }
}
