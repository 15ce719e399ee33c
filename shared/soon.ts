/** What is known at once, or later: a promise for each step of a quick call would take a tenth of its time. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value as soon as it is known: at once, where it is. */
export function whenKnown<T, R>(value: Soon<T>, goOn: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}

/** What `work` comes to, or where it fails, at once or later, what `failed` makes of that. */
export function recovered<T>(work: () => Soon<T>, failed: (error: unknown) => T): Soon<T> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(failed) : value;
  } catch (error) {
    return failed(error);
  }
}

/** Several things that are all known at once, or come one by one. */
export type SoonAll<T> = Iterable<T> | AsyncIterable<T>;

/** Each of them as `map` makes it, in the same way. */
export function mapAll<T, R>(all: SoonAll<T>, map: (value: T) => R): SoonAll<R> {
  return isKnown(all) ? mapKnown(all, map) : mapComing(all, map);
}

export function isKnown<T>(all: SoonAll<T>): all is Iterable<T> {
  return Symbol.iterator in all;
}

function* mapKnown<T, R>(all: Iterable<T>, map: (value: T) => R): Generator<R, void> {
  for (const value of all) yield map(value);
}

async function* mapComing<T, R>(
  all: AsyncIterable<T>,
  map: (value: T) => R,
): AsyncGenerator<R, void> {
  for await (const value of all) yield map(value);
}
