/** Most characters of a text that D1 takes as one parameter, all of them ASCII: 2 MB, with some room. */
const MAX_TEXT = 1_900_000;

/** The values as JSON arrays, as few as can be: one parameter each, because a statement takes a hundred and no more. */
export function* jsonArrays(values: Iterable<unknown>): Generator<string, void, undefined> {
  let items: string[] = [];
  let length = 0;
  for (const value of values) {
    const item = JSON.stringify(value);
    if (items.length > 0 && length + item.length >= MAX_TEXT) {
      yield `[${items.join()}]`;
      items = [];
      length = 0;
    }
    items.push(item);
    length += item.length + 1;
  }
  if (items.length > 0) yield `[${items.join()}]`;
}
